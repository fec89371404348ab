import { useCallback } from "react";
import { defaultRange } from "../time/range.ts";
import { useExplore } from "./explore-context.tsx";

/** Turns the live tail on or off. A tail has no end, so an absolute range gives way to the usual relative one. */
export function useToggleLive(): () => void {
  const { state, patch } = useExplore();
  return useCallback(() => {
    if (state.live) patch({ live: false });
    else patch({ live: true, ...(state.range.kind === "absolute" ? { range: defaultRange } : {}) });
  }, [state.live, state.range.kind, patch]);
}
