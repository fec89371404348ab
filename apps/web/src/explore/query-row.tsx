import type { ReactElement, RefObject } from "react";
import { Button, IconButton } from "../ui/button.tsx";
import { useExplore } from "./explore-context.tsx";
import { QueryBar } from "./query-bar.tsx";
import { TimePicker } from "./time-picker.tsx";
import type { Results } from "./use-results.ts";
import { useToggleLive } from "./use-toggle-live.ts";

/** The line where one asks: query, time, run again, live. */
export function QueryRow({
  inputRef,
  results,
  timeOpen,
  setTimeOpen,
  onLeave,
}: {
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly results: Results;
  readonly timeOpen: boolean;
  readonly setTimeOpen: (open: boolean) => void;
  readonly onLeave: () => void;
}): ReactElement {
  const { state, refresh } = useExplore();
  const toggleLive = useToggleLive();
  const busy = results.loading || results.stale;
  return (
    <div className="query-row">
      <QueryBar inputRef={inputRef} problem={results.problem} onLeave={onLeave} />
      <TimePicker open={timeOpen} setOpen={setTimeOpen} />
      <IconButton look="normal" icon="refresh" label="Run again (r)" tip spin={busy} onClick={refresh} />
      <Button
        icon="live"
        aria-pressed={state.live}
        title="Follow new records (t)"
        className="live-button"
        onClick={toggleLive}
      >
        Live
      </Button>
    </div>
  );
}
