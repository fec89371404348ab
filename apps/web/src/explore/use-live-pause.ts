import { type RefObject, useCallback, useEffect } from "react";
import type { Results } from "./use-results.ts";

/** Below this many pixels from the top the reader still looks at the newest records. */
const topPixels = 16;

/** Stops the list while somebody reads it: after scrolling down and while text in it is selected. Gives the scroll handler of the table. */
export function useLivePause(
  { tail, tailDo }: Results,
  live: boolean,
  gridRef: RefObject<HTMLElement | null>,
): (top: number) => void {
  useEffect(() => {
    if (!live) return;
    const onSelection = (): void => {
      const selection = window.getSelection();
      const inside =
        selection?.anchorNode !== null && gridRef.current?.contains(selection?.anchorNode ?? null) === true;
      if (inside && selection?.isCollapsed === false) tailDo({ type: "pause", reason: "selection" });
    };
    document.addEventListener("selectionchange", onSelection);
    return () => document.removeEventListener("selectionchange", onSelection);
  }, [live, gridRef, tailDo]);
  return useCallback(
    (top: number) => {
      if (!live) return;
      if (top > topPixels) tailDo({ type: "pause", reason: "scroll" });
      else if (top === 0 && tail.pausedBy === "scroll") tailDo({ type: "resume" });
    },
    [live, tail.pausedBy, tailDo],
  );
}
