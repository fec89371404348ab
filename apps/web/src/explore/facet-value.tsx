import type { ReactElement } from "react";
import { IconButton } from "../ui/button.tsx";
import { useExplore } from "./explore-context.tsx";

/** Counts in little room: `1,204`, `38.2k`, `1.1M`. */
function shortCount(count: number): string {
  if (count < 10_000) return count.toLocaleString("en-US");
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** One value of a facet: how often it stands in the records, and two switches to keep only it or to leave it out. */
export function FacetValueRow({
  field,
  value,
  count,
  most,
}: {
  readonly field: string;
  readonly value: string;
  readonly count: number;
  /** The count of the commonest value: a full bar. */
  readonly most: number;
}): ReactElement {
  const { filter, filterOf } = useExplore();
  const mode = filterOf(field, value);
  const shown = value === "" ? "(empty)" : value;
  return (
    <li className="facet-value reveal" data-mode={mode ?? "none"}>
      <button
        type="button"
        className="facet-pick"
        aria-pressed={mode === "include"}
        title={shown}
        onClick={() => filter(field, value, "include")}
      >
        {field === "level" ? <span className="swatch" data-level={value} /> : null}
        <span className="quiet">Only {field} </span>
        <span className="cut">{shown}</span>
        <span className="facet-count">
          {shortCount(count)}
          <span className="quiet"> records</span>
        </span>
        <span className="facet-bar" style={{ width: `${Math.max(1, (count / most) * 100)}%` }} />
      </button>
      <IconButton
        icon="exclude"
        size="small"
        label={`Leave out ${field} ${shown}`}
        aria-pressed={mode === "exclude"}
        onClick={() => filter(field, value, "exclude")}
      />
    </li>
  );
}
