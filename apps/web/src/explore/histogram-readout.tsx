import type { CSSProperties, ReactElement } from "react";
import type { TimeFormat } from "../time/format.ts";
import type { Span } from "../time/range.ts";
import { useExplore } from "./explore-context.tsx";
import { type Bar, countsWords, type Plot, stackOrder, xOf } from "./histogram-scale.ts";
import { roughly } from "./quantity.ts";

function spanWords(span: Span, format: TimeFormat): string {
  const write = span.to - span.from < 10_000 ? format.millis : format.seconds;
  return `${format.shortDate(span.from)} ${write(span.from)} – ${write(span.to)}`;
}

/** Left or right of what it speaks of, wherever there is more room. */
function placeBeside(edges: { readonly left: number; readonly right: number }, plot: Plot): CSSProperties {
  const roomLeft = edges.left;
  const roomRight = plot.width - edges.right;
  return roomLeft > roomRight ? { right: plot.width - edges.left + 8 } : { left: edges.right + 8 };
}

/** What the bar under the pointer stands for, beside it; read aloud for those who move by keys. */
export function HistogramReadout({
  bar,
  plot,
  selection,
}: {
  readonly bar: Bar | undefined;
  readonly plot: Plot;
  readonly selection: Span | undefined;
}): ReactElement {
  const { format } = useExplore();
  const words =
    bar === undefined
      ? ""
      : `${spanWords(selection ?? bar, format)}: ${selection === undefined ? countsWords(bar.counts) : "selected"}`;
  const edges =
    selection === undefined ? undefined : { left: xOf(selection.from, plot), right: xOf(selection.to, plot) };
  const place = bar === undefined ? {} : placeBeside(edges ?? { left: bar.left, right: bar.left + bar.width }, plot);
  return (
    <>
      <span className="quiet" aria-live="polite">
        {words}
      </span>
      {bar === undefined ? null : (
        <div className="readout" style={place} aria-hidden="true">
          <div className="readout-time">{spanWords(selection ?? bar, format)}</div>
          {selection === undefined ? (
            <ul>
              {bar.total === 0 ? <li className="soft">no records</li> : null}
              {[...stackOrder].reverse().map((level) => {
                const count = bar.counts[level];
                return count === undefined || count === 0 ? null : (
                  <li key={level}>
                    <span className="swatch" data-level={level} />
                    {level}
                    <b>{count.toLocaleString("en-US")}</b>
                  </li>
                );
              })}
            </ul>
          ) : (
            <div className="soft">{roughly(selection.to - selection.from)}</div>
          )}
        </div>
      )}
    </>
  );
}
