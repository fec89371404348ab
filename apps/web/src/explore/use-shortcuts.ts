import { useEffect, useRef } from "react";
import { type KeyPress, type Shortcut, shortcutOf } from "./shortcuts.ts";

function targetOf(event: KeyboardEvent): KeyPress["target"] {
  const element = event.target instanceof Element ? event.target : undefined;
  if (element?.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return "text";
  return element?.closest("button, a, summary, input, [role=tab], [data-own-keys]") ? "control" : "page";
}

/** Runs `act` for the page's shortcuts. A modal dialog keeps its keys; what `act` does not handle (false) goes its usual way. */
export function useShortcuts(act: (shortcut: Shortcut) => boolean, lettersOff: boolean): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
      const { key, ctrlKey, metaKey, altKey } = event;
      const shortcut = shortcutOf({ key, ctrlKey, metaKey, altKey, target: targetOf(event) }, lettersOff);
      if (shortcut !== undefined && latest.current(shortcut)) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [lettersOff]);
}
