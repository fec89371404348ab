/** What a key does on the page. */
export type Shortcut =
  | "search"
  | "next"
  | "previous"
  | "first"
  | "last"
  | "open"
  | "close"
  | "live"
  | "time"
  | "earlier"
  | "later"
  | "zoomOut"
  | "refresh"
  | "facets"
  | "help";

/** One line of the help dialog, and the keys (as `KeyboardEvent.key` names them) that it stands for. */
export interface ShortcutEntry {
  readonly shortcut: Shortcut;
  readonly keys: readonly string[];
  readonly shown: readonly string[];
  readonly meaning: string;
}

/** Every key of the page. A new one is a new line here; the help dialog is drawn from this table. */
export const shortcutTable: readonly ShortcutEntry[] = [
  { shortcut: "search", keys: ["/"], shown: ["/"], meaning: "Write a query" },
  { shortcut: "next", keys: ["j", "ArrowDown"], shown: ["j", "↓"], meaning: "Next record" },
  { shortcut: "previous", keys: ["k", "ArrowUp"], shown: ["k", "↑"], meaning: "Previous record" },
  { shortcut: "first", keys: ["g", "Home"], shown: ["g", "Home"], meaning: "First record" },
  { shortcut: "last", keys: ["G", "End"], shown: ["G", "End"], meaning: "Last loaded record" },
  { shortcut: "open", keys: ["Enter"], shown: ["Enter"], meaning: "Open the record" },
  { shortcut: "close", keys: ["Escape"], shown: ["Esc"], meaning: "Close what is open" },
  { shortcut: "live", keys: ["t"], shown: ["t"], meaning: "Live tail on or off" },
  { shortcut: "time", keys: ["d"], shown: ["d"], meaning: "Choose the time range" },
  { shortcut: "earlier", keys: ["["], shown: ["["], meaning: "One range earlier" },
  { shortcut: "later", keys: ["]"], shown: ["]"], meaning: "One range later" },
  { shortcut: "zoomOut", keys: ["z"], shown: ["z"], meaning: "Zoom out" },
  { shortcut: "refresh", keys: ["r"], shown: ["r"], meaning: "Run again" },
  { shortcut: "facets", keys: ["f"], shown: ["f"], meaning: "Show or hide the fields" },
  { shortcut: "help", keys: ["?"], shown: ["?"], meaning: "This help" },
];

/** What of a key press matters. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  /** What has the focus: text is being typed, a control reacts to keys by itself, or nothing of these. */
  readonly target: "text" | "control" | "page";
}

/** Keys that buttons and links use for themselves. */
const controlKeys = new Set(["Enter", "ArrowDown", "ArrowUp", "Home", "End"]);

/**
 * The shortcut that a key press stands for; undefined while somebody types, with a modifier, or when the focused control needs the key itself.
 * With `lettersOff` only keys that are no printable character are left (people who dictate switch the others off).
 *
 * @example shortcutOf({ key: "t", ctrlKey: false, metaKey: false, altKey: false, target: "page" }, false) // "live"
 */
export function shortcutOf(press: KeyPress, lettersOff: boolean): Shortcut | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey || press.target === "text") return undefined;
  if (lettersOff && press.key.length === 1) return undefined;
  if (press.target === "control" && controlKeys.has(press.key)) return undefined;
  return shortcutTable.find((entry) => entry.keys.includes(press.key))?.shortcut;
}
