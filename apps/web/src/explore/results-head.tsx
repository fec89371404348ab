import type { HistogramResult } from "@taffrail/client";
import type { ReactElement } from "react";
import { Button, IconButton } from "../ui/button.tsx";
import { useExplore } from "./explore-context.tsx";
import { stackOrder, sumCounts } from "./histogram-scale.ts";
import { LiveState } from "./live-state.tsx";
import { countWords, elapsedWords } from "./quantity.ts";
import type { Results } from "./use-results.ts";

function Legend({ result }: { readonly result: HistogramResult }): ReactElement {
  const { filter, filterOf } = useExplore();
  const sum = sumCounts(result.buckets);
  return (
    <ul className="legend" aria-label="Records by level">
      {[...stackOrder].reverse().map((level) =>
        sum[level] === 0 ? null : (
          <li key={level}>
            <button
              type="button"
              aria-pressed={filterOf("level", level) === "include"}
              title={`Only ${level}`}
              onClick={() => filter("level", level, "include")}
            >
              <span className="swatch" data-level={level} />
              {level}
              <b>{countWords(sum[level])}</b>
            </button>
          </li>
        ),
      )}
    </ul>
  );
}

function Totals({
  results,
  histogram,
}: {
  readonly results: Results;
  readonly histogram: HistogramResult | undefined;
}): ReactElement {
  const { first } = results;
  return (
    <p className="totals">
      <span aria-live="polite">
        {histogram === undefined ? (
          <span className="soft">{results.problem === undefined ? "Counting …" : "Not counted"}</span>
        ) : (
          <>
            <b>{countWords(histogram.total)}</b> record{histogram.total === 1 ? "" : "s"}
          </>
        )}
      </span>
      {first === undefined ? null : (
        <span className="soft cost" title={`${countWords(first.rowsRead)} rows read`}>
          {elapsedWords(first.elapsedMs)}
        </span>
      )}
    </p>
  );
}

/** The line above the histogram: how many, of which level, and other ways to see the same. */
export function ResultsHead(props: {
  readonly results: Results;
  readonly histogram: HistogramResult | undefined;
  readonly facetsOpen: boolean;
  readonly onFacets: () => void;
  readonly onNumbers: () => void;
  readonly onSql: () => void;
}): ReactElement {
  const { results, histogram } = props;
  const { state } = useExplore();
  return (
    <div className="results-head">
      {props.facetsOpen ? null : (
        <Button size="small" icon="filter" aria-expanded={false} onClick={props.onFacets}>
          Fields
        </Button>
      )}
      <Totals results={results} histogram={histogram} />
      {state.live ? <LiveState results={results} /> : null}
      <span className="spacer" />
      {histogram === undefined ? null : <Legend result={histogram} />}
      <IconButton
        icon="table"
        size="small"
        label="Records over time as a table"
        tip
        disabled={histogram === undefined}
        onClick={props.onNumbers}
      />
      <IconButton
        icon="code"
        size="small"
        label="Show SQL"
        tip
        disabled={results.first === undefined}
        onClick={props.onSql}
      />
    </div>
  );
}
