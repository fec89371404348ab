import type { Status } from "@taffrail/client";
import { type ReactElement, useEffect, useState } from "react";
import type { Problem } from "../api/problem.ts";
import { useStatus } from "../api/questions.ts";
import { msOf } from "../time/format.ts";
import { absoluteRange, resolveRange, widerRange } from "../time/range.ts";
import { rangeWords } from "../time/range-words.ts";
import { Button } from "../ui/button.tsx";
import { StateCard } from "../ui/parts.tsx";
import { useExplore } from "./explore-context.tsx";
import { FirstSteps } from "./first-steps.tsx";
import type { Results } from "./use-results.ts";

/** How often the server is asked what it holds, in milliseconds: while it holds nothing, and else. */
const lookOutEveryMs = 1000;
const lookEveryMs = 15_000;

/** What the server holds. When that was nothing and becomes something, the search runs again. */
function useHoldings(): Status["storage"] | undefined {
  const { refresh } = useExplore();
  const [empty, setEmpty] = useState(false);
  const storage = useStatus(empty ? lookOutEveryMs : lookEveryMs).data?.storage;
  const nothing = storage?.rows === 0;
  useEffect(() => {
    setEmpty(nothing);
    if (empty && !nothing) refresh();
  }, [nothing, empty, refresh]);
  return storage;
}

function Waiting(): ReactElement {
  const widths = [62, 48, 71, 55, 80, 44, 66, 58, 74, 50, 69, 61];
  return (
    <div className="rows-waiting" role="status" aria-label="Loading records">
      {widths.map((width) => (
        <div key={width}>
          <span className="skeleton" />
          <span className="skeleton" />
          <span className="skeleton" style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}

function ProblemState({ problem }: { readonly problem: Problem }): ReactElement {
  const { refresh, patch } = useExplore();
  const passing = problem.kind === "restarting" || problem.kind === "unreachable";
  const titles = {
    query: "This query is not understood",
    restarting: "The engine is starting again",
    unreachable: "The server does not answer",
    other: "The records cannot be shown",
  };
  return (
    <StateCard
      tone={problem.kind === "restarting" ? "caution" : "danger"}
      icon={problem.kind === "unreachable" ? "unplugged" : "alert"}
      title={titles[problem.kind]}
      actions={
        <>
          <Button look="accent" icon="refresh" onClick={refresh}>
            Retry
          </Button>
          {problem.kind === "query" ? <Button onClick={() => patch({ query: "" })}>Clear the query</Button> : null}
        </>
      }
    >
      <p>{problem.message}</p>
      <p>{problem.kind === "unreachable" ? "Start it again; this page comes back by itself." : problem.remedy}</p>
      <p className="soft">
        <code>{problem.code}</code>
        {passing ? " · trying again every two seconds" : ""}
      </p>
    </StateCard>
  );
}

function NoMatch({
  onSend,
  newest,
}: {
  readonly onSend: () => void;
  readonly newest: string | undefined;
}): ReactElement {
  const { state, patch, format, zoom } = useExplore();
  const now = Date.now();
  const wider = widerRange(state.range, now);
  const span = resolveRange(state.range, now);
  const newestMs = newest === undefined ? undefined : msOf(newest);
  const outside = newestMs !== undefined && (newestMs < span.from || newestMs > span.to);
  return (
    <StateCard
      icon="search"
      title={state.query === "" ? "No records in this time" : "No record matches"}
      actions={
        <>
          <Button look="accent" icon="clock" onClick={() => patch({ range: wider })}>
            Search {rangeWords(wider, format).replace(/^Last/, "the last")}
          </Button>
          {outside ? (
            <Button onClick={() => zoom(absoluteRange(newestMs - (span.to - span.from), newestMs + 1))}>
              Go to the newest record
            </Button>
          ) : null}
          {state.query === "" ? null : <Button onClick={() => patch({ query: "" })}>Clear the query</Button>}
          <Button look="plain" icon="send" onClick={onSend}>
            Send records
          </Button>
        </>
      }
    >
      <p>
        {rangeWords(state.range, format)}: nothing{state.query === "" ? " was stored" : " matches this query"}.
        {outside ? ` The newest record is of ${format.full(newestMs)}.` : ""}
      </p>
      {state.query === "" ? null : (
        <p>
          <code>field:value</code> asks for the whole value; <code>field:*part*</code> for a part of it. A word alone
          searches the message.
        </p>
      )}
    </StateCard>
  );
}

/** What stands in the place of records when there are none to show, and why. */
export function ResultsState({
  results,
  onSend,
}: {
  readonly results: Results;
  readonly onSend: () => void;
}): ReactElement {
  const { state } = useExplore();
  const storage = useHoldings();
  if (results.problem !== undefined) return <ProblemState problem={results.problem} />;
  if (results.loading || results.stale) return <Waiting />;
  if (storage?.rows === 0) return <FirstSteps />;
  if (state.live) {
    return (
      <StateCard icon="live" title="Waiting for records">
        <p>New records that match appear here as they arrive.</p>
      </StateCard>
    );
  }
  return <NoMatch onSend={onSend} newest={storage?.newest} />;
}
