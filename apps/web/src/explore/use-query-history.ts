import { useCallback, useState } from "react";
import { recall, remember } from "../ui/remember.ts";
import { addToHistory, parseHistory } from "./query-history.ts";

/** The queries run on this browser, newest first, and a function that adds one. */
export function useQueryHistory(): readonly [readonly string[], (query: string) => void] {
  const [history, setHistory] = useState(() => parseHistory(recall("history")));
  const add = useCallback((query: string) => {
    setHistory((before) => {
      const after = addToHistory(before, query);
      remember("history", JSON.stringify(after));
      return after;
    });
  }, []);
  return [history, add];
}
