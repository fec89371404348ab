import { type ReactElement, useState } from "react";
import { useHistogram } from "../api/questions.ts";
import { useExplore } from "./explore-context.tsx";
import { Histogram } from "./histogram.tsx";
import { bucketsFor } from "./histogram-scale.ts";
import { HistogramTable } from "./histogram-table.tsx";
import { LivePill } from "./live-pill.tsx";
import { Notices } from "./notices.tsx";
import { ResultsHead } from "./results-head.tsx";
import { ResultsTable } from "./results-table.tsx";
import { SqlDialog } from "./sql-dialog.tsx";
import { ResultsState } from "./states.tsx";
import type { Cursor } from "./use-cursor.ts";
import { useLivePause } from "./use-live-pause.ts";
import { useMovingQuestion } from "./use-moving-question.ts";
import type { Results } from "./use-results.ts";

/** How often the histogram follows a live tail, in milliseconds. The list itself follows at once. */
const followMs = 10_000;

/** The middle of the page: counts over time, then the records or what stands in their place. */
export function ResultsPane({
  results,
  cursor,
  facetsOpen,
  onFacets,
  onSend,
}: {
  readonly results: Results;
  readonly cursor: Cursor;
  readonly facetsOpen: boolean;
  readonly onFacets: () => void;
  readonly onSend: () => void;
}): ReactElement {
  const { state } = useExplore();
  const [dialog, setDialog] = useState<"numbers" | "sql">();
  const histogram = useHistogram(useMovingQuestion(followMs), bucketsFor(window.innerWidth - 280));
  const onScrollTop = useLivePause(results, state.live, cursor.gridRef);
  const close = (): void => setDialog(undefined);
  return (
    <main className="results">
      <ResultsHead
        results={results}
        histogram={histogram.data}
        facetsOpen={facetsOpen}
        onFacets={onFacets}
        onNumbers={() => setDialog("numbers")}
        onSql={() => setDialog("sql")}
      />
      {histogram.data === undefined ? (
        <div className="histogram-space" />
      ) : (
        <Histogram result={histogram.data} busy={histogram.isPlaceholderData && !state.live} />
      )}
      <Notices results={results} onSend={onSend} />
      <div className="records">
        {results.rows.length > 0 ? (
          <ResultsTable
            results={results}
            gridRef={cursor.gridRef}
            activeId={cursor.activeId}
            openId={state.record?.id}
            onOpen={cursor.open}
            onScrollTop={onScrollTop}
          />
        ) : (
          <ResultsState results={results} onSend={onSend} />
        )}
        <LivePill results={results} gridRef={cursor.gridRef} />
      </div>
      {dialog === "numbers" && histogram.data !== undefined ? (
        <HistogramTable result={histogram.data} onClose={close} />
      ) : null}
      {dialog === "sql" && results.first !== undefined ? <SqlDialog answer={results.first} onClose={close} /> : null}
    </main>
  );
}
