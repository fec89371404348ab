import { type Dispatch, useEffect, useReducer } from "react";
import { problemOf, problemOfBody } from "./problem.ts";
import { useClient } from "./server.tsx";
import { initialTail, reduceTail, type TailAction, type TailState } from "./tail-state.ts";

/** Follows the records that match `query` while `enabled`. The connection mends itself; the state tells what happens. */
export function useTail(query: string, enabled: boolean): readonly [TailState, Dispatch<TailAction>] {
  const client = useClient();
  const [state, dispatch] = useReducer(reduceTail, initialTail);
  useEffect(() => {
    if (!enabled) return;
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const event of client.tailLogs({ query }, { signal: stop.signal })) {
        if (stop.signal.aborted) return;
        if (event.type === "hello") dispatch({ type: "hello" });
        else if (event.type === "records")
          dispatch({ type: "records", records: event.records, matched: event.matched, now: Date.now() });
        else dispatch({ type: "lost", problem: problemOfBody(event.error) });
      }
    };
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) dispatch({ type: "refused", problem: problemOf(error) });
    });
    const timer = setInterval(() => dispatch({ type: "tick", now: Date.now() }), 1000);
    return () => {
      stop.abort();
      clearInterval(timer);
      dispatch({ type: "restart" });
    };
  }, [client, query, enabled]);
  return [state, dispatch];
}
