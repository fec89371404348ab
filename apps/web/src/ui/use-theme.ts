import { useCallback, useState } from "react";
import { recall, remember } from "./remember.ts";

/** `system` follows the operating system. */
export type Theme = "system" | "light" | "dark";

const order: readonly Theme[] = ["system", "light", "dark"];

function readTheme(): Theme {
  const saved = recall("theme");
  return saved === "light" || saved === "dark" ? saved : "system";
}

/** Shows a theme, the saved one unless told. Call it before the first render, so that the page does not change colour under the reader's eyes. */
export function applyTheme(theme: Theme = readTheme()): void {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}

/** The chosen theme, and a function that goes on to the next one and saves it. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(readTheme);
  const next = useCallback(() => {
    const following = order[(order.indexOf(theme) + 1) % order.length] ?? "system";
    remember("theme", following === "system" ? undefined : following);
    applyTheme(following);
    setTheme(following);
  }, [theme]);
  return [theme, next];
}
