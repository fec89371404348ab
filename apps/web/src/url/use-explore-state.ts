import { useCallback, useMemo, useSyncExternalStore } from "react";
import { decodeState, type ExploreState, encodeState } from "./explore-state.ts";

/** The browser fires no event for its own pushState, so the page announces its changes under this name. */
const changeEvent = "taffrail:address";

/** Changes some members of the state. `replace` leaves no step in the history: for changes that nobody would want to go back to. */
export type PatchState = (patch: Partial<ExploreState>, options?: { readonly replace?: boolean }) => void;

function subscribe(notify: () => void): () => void {
  window.addEventListener("popstate", notify);
  window.addEventListener(changeEvent, notify);
  return () => {
    window.removeEventListener("popstate", notify);
    window.removeEventListener(changeEvent, notify);
  };
}

/** Explore's state, kept nowhere but in the address: back, forward, reload and a shared link all just work. */
export function useExploreState(): readonly [ExploreState, PatchState] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const state = useMemo(() => decodeState(search), [search]);
  const patch = useCallback<PatchState>((change, options = {}) => {
    const next = encodeState({ ...decodeState(window.location.search), ...change });
    if (next === window.location.search) return;
    const url = `${window.location.pathname}${next}`;
    if (options.replace === true) window.history.replaceState(null, "", url);
    else window.history.pushState(null, "", url);
    window.dispatchEvent(new Event(changeEvent));
  }, []);
  return [state, patch];
}
