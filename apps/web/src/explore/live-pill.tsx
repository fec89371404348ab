import type { ReactElement, RefObject } from "react";
import { Icon } from "../ui/icon.tsx";
import { useExplore } from "./explore-context.tsx";
import { countWords } from "./quantity.ts";
import type { Results } from "./use-results.ts";

/** Floats over a list that stands still: how many records wait above it. A click shows them and goes on. */
export function LivePill({
  results,
  gridRef,
}: {
  readonly results: Results;
  readonly gridRef: RefObject<HTMLDivElement | null>;
}): ReactElement | null {
  const { state } = useExplore();
  const { tail, tailDo } = results;
  if (!state.live || tail.pausedBy === undefined || tail.heldCount === 0) return null;
  return (
    <button
      type="button"
      className="live-pill"
      onClick={() => {
        window.getSelection()?.removeAllRanges();
        gridRef.current?.scrollTo({ top: 0 });
        tailDo({ type: "resume" });
      }}
    >
      <Icon name="chevronDown" />
      {countWords(tail.heldCount)} new – resume
    </button>
  );
}
