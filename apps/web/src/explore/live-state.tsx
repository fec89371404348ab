import type { ReactElement } from "react";
import { type TailState, tailRate, tailSampling } from "../api/tail-state.ts";
import { Button } from "../ui/button.tsx";
import { elapsedWords } from "./quantity.ts";
import type { Results } from "./use-results.ts";

function stateWords(tail: TailState): string {
  if (tail.connection === "connecting") return "Connecting …";
  if (tail.connection === "lost") return "Reconnecting …";
  if (tail.connection === "refused") return "Stopped";
  return tail.pausedBy === undefined ? "Live" : "Paused";
}

function rateWords(tail: TailState): string {
  const rate = tailRate(tail);
  const shown = rate >= 10 || rate === 0 ? Math.round(rate).toLocaleString("en-US") : rate.toFixed(1);
  const sampling = tailSampling(tail);
  const part =
    sampling > 1.05
      ? ` · showing 1 of ${sampling < 10 ? sampling.toFixed(1).replace(/\.0$/, "") : Math.round(sampling)}`
      : "";
  const lag = tail.lagMs === undefined ? "" : ` · lag ${elapsedWords(tail.lagMs)}`;
  return `${shown}/s${part}${lag}`;
}

/** How the live tail is doing: rate, what part of it is shown, how late; and a button to hold it. */
export function LiveState({ results }: { readonly results: Results }): ReactElement {
  const { tail, tailDo } = results;
  const paused = tail.pausedBy !== undefined;
  const words = stateWords(tail);
  return (
    <div className="live-state" data-state={tail.connection} data-paused={paused}>
      <span className="live-dot" aria-hidden="true" />
      <b aria-live="polite">{words}</b>
      <span
        className="soft"
        title="Matching records a second; lag is the time from a record's arrival at the server until it is shown"
      >
        {tail.connection === "lost" || tail.connection === "refused" ? tail.problem?.message : rateWords(tail)}
      </span>
      <Button
        size="small"
        look="plain"
        icon={paused ? "live" : "pause"}
        onClick={() => tailDo(paused ? { type: "resume" } : { type: "pause", reason: "button" })}
      >
        {paused ? "Resume" : "Pause"}
      </Button>
    </div>
  );
}
