import { type ReactElement, useCallback, useEffect, useRef, useState } from "react";
import { shiftRange, zoomOut } from "../time/range.ts";
import { useMedia } from "../ui/use-width.ts";
import { AppBar } from "./app-bar.tsx";
import { useExplore } from "./explore-context.tsx";
import { FacetPanel } from "./facet-panel.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { QueryRow } from "./query-row.tsx";
import { RecordDrawer } from "./record-drawer.tsx";
import { ResultsPane } from "./results-pane.tsx";
import { SendDialog } from "./send-dialog.tsx";
import type { Shortcut } from "./shortcuts.ts";
import { type Cursor, useCursor } from "./use-cursor.ts";
import { useKeysSetting } from "./use-keys-setting.ts";
import { useResults } from "./use-results.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import { useToggleLive } from "./use-toggle-live.ts";
import "./explore-page.css";
import "./controls.css";
import "./narrow.css";

/** Panels that stand over or beside the records. */
interface Panels {
  readonly facets: boolean;
  readonly time: boolean;
  readonly dialog: "help" | "send" | undefined;
}

type ShowPanels = (change: Partial<Panels>) => void;

/** Below this width the fields float over the records and are closed at first. */
const narrow = "(max-width: 900px)";

function usePanels(isNarrow: boolean): readonly [Panels, ShowPanels] {
  const [panels, setPanels] = useState<Panels>({ facets: !isNarrow, time: false, dialog: undefined });
  const show = useCallback<ShowPanels>((change) => setPanels((before) => ({ ...before, ...change })), []);
  useEffect(() => show({ facets: !isNarrow }), [isNarrow, show]);
  return [panels, show];
}

function useActions(
  cursor: Cursor,
  panels: Panels,
  show: ShowPanels,
  focusQuery: () => void,
): (shortcut: Shortcut) => boolean {
  const { state, patch, zoom, refresh } = useExplore();
  const toggleLive = useToggleLive();
  const now = Date.now;
  const actions: Readonly<Record<Shortcut, () => unknown>> = {
    search: focusQuery,
    next: () => cursor.move("next"),
    previous: () => cursor.move("previous"),
    first: () => cursor.move("first"),
    last: () => cursor.move("last"),
    open: cursor.openActive,
    close: () => {
      if (panels.facets && window.matchMedia(narrow).matches) return show({ facets: false });
      if (state.record === undefined) return false;
      return cursor.close();
    },
    live: toggleLive,
    time: () => show({ time: true }),
    earlier: () => zoom(shiftRange(state.range, now(), -1)),
    later: () => patch({ range: shiftRange(state.range, now(), 1) }),
    zoomOut: () => zoom(zoomOut(state.range, now())),
    refresh,
    facets: () => show({ facets: !panels.facets }),
    help: () => show({ dialog: "help" }),
  };
  return (shortcut) => actions[shortcut]() !== false;
}

function useTitle(query: string): void {
  useEffect(() => {
    document.title = `${query === "" ? "Explore" : query.slice(0, 80)} · Taffrail`;
  }, [query]);
}

/** Explore: query and time on top, fields on the left, records in the middle, the open record on the right. */
export function ExplorePage(): ReactElement {
  const { state } = useExplore();
  const isNarrow = useMedia(narrow);
  const [panels, show] = usePanels(isNarrow);
  const [lettersOff, setLettersOff] = useKeysSetting();
  const results = useResults();
  const cursor = useCursor(results);
  const query = useRef<HTMLInputElement>(null);
  useShortcuts(
    useActions(cursor, panels, show, () => query.current?.select()),
    lettersOff,
  );
  useTitle(state.query);
  const setTimeOpen = useCallback((time: boolean) => show({ time }), [show]);
  return (
    <div className="explore">
      <AppBar
        onHelp={() => show({ dialog: "help" })}
        onSend={() => show({ dialog: "send" })}
        onSkip={() => cursor.gridRef.current?.focus()}
      />
      <QueryRow
        inputRef={query}
        results={results}
        timeOpen={panels.time}
        setTimeOpen={setTimeOpen}
        onLeave={() => {
          query.current?.blur();
          cursor.gridRef.current?.focus();
        }}
      />
      <div className="workspace">
        {panels.facets ? <FacetPanel floating={isNarrow} onClose={() => show({ facets: false })} /> : null}
        <ResultsPane
          results={results}
          cursor={cursor}
          facetsOpen={panels.facets}
          onFacets={() => show({ facets: !panels.facets })}
          onSend={() => show({ dialog: "send" })}
        />
        {state.record === undefined ? null : (
          <RecordDrawer
            reference={state.record}
            loaded={cursor.openRecord}
            panelRef={cursor.drawerRef}
            onClose={cursor.close}
            onStep={(step) => cursor.move(step < 0 ? "previous" : "next")}
            onOpen={cursor.open}
          />
        )}
      </div>
      {panels.dialog === "help" ? (
        <HelpDialog lettersOff={lettersOff} setLettersOff={setLettersOff} onClose={() => show({ dialog: undefined })} />
      ) : null}
      {panels.dialog === "send" ? <SendDialog onClose={() => show({ dialog: undefined })} /> : null}
    </div>
  );
}
