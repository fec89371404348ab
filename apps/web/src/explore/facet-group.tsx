import type { Facet } from "@taffrail/client";
import { type ReactElement, useId, useState } from "react";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useExplore } from "./explore-context.tsx";
import { FacetValueRow } from "./facet-value.tsx";
import { countWords } from "./quantity.ts";
import { type FacetSearch, useFacetValues } from "./use-facet-values.ts";

/** Values shown before "more" is asked for. */
const shownAtFirst = 6;

/** Built-in columns need no second one. */
const ownColumn = new Set(["level", "service", "body"]);

function FacetValues({
  facet,
  found,
  search,
  setSearch,
}: {
  readonly facet: Facet;
  readonly found: ReturnType<typeof useFacetValues>;
  readonly search: FacetSearch;
  readonly setSearch: (search: FacetSearch) => void;
}): ReactElement {
  const { values, distinct, looking } = found;
  const shown = search.all || search.text !== "" ? values : values.slice(0, shownAtFirst);
  const most = Math.max(1, ...values.map(({ count }) => count));
  const hidden = values.length > shownAtFirst || facet.more;
  const more = facet.more ? `More of ${countWords(distinct)}` : `All ${values.length}`;
  return (
    <>
      {facet.more ? (
        <input
          className="field facet-search"
          data-size="small"
          type="search"
          value={search.text}
          placeholder={`Find in ${facet.field}`}
          aria-label={`Find a value of ${facet.field}`}
          spellCheck={false}
          onChange={(event) => setSearch({ ...search, text: event.target.value })}
        />
      ) : null}
      <ul aria-label={`Values of ${facet.field}`}>
        {shown.map(({ value, count }) => (
          <FacetValueRow key={value} field={facet.field} value={value} count={count} most={most} />
        ))}
      </ul>
      {shown.length === 0 ? <p className="facet-note">{looking ? "Looking …" : "No such value."}</p> : null}
      {hidden && search.text === "" ? (
        <button type="button" className="facet-more" onClick={() => setSearch({ text: "", all: !search.all })}>
          {search.all ? "Fewer" : more}
        </button>
      ) : null}
    </>
  );
}

/** One field with its values. */
export function FacetGroup({
  facet,
  openAtFirst,
}: {
  readonly facet: Facet;
  readonly openAtFirst: boolean;
}): ReactElement {
  const { state, toggleColumn } = useExplore();
  const [open, setOpen] = useState(openAtFirst);
  const [search, setSearch] = useState<FacetSearch>({ text: "", all: false });
  const found = useFacetValues(facet, search, open);
  const id = useId();
  const isColumn = state.columns.includes(facet.field);
  return (
    <section className="facet">
      <h3 className="facet-head reveal">
        <button
          type="button"
          className="facet-name"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "chevronDown" : "chevronRight"} />
          <span className="cut" title={facet.field}>
            {facet.field}
          </span>
          <span className="facet-distinct" title={`${countWords(found.distinct)} different values`}>
            {countWords(found.distinct)}
          </span>
        </button>
        {ownColumn.has(facet.field) ? null : (
          <IconButton
            icon="columns"
            size="small"
            label={isColumn ? `Remove column ${facet.field}` : `Show ${facet.field} as a column`}
            aria-pressed={isColumn}
            onClick={() => toggleColumn(facet.field)}
          />
        )}
      </h3>
      <div id={id} hidden={!open}>
        {open ? <FacetValues facet={facet} found={found} search={search} setSearch={setSearch} /> : null}
      </div>
    </section>
  );
}
