import { useEffect, useState } from "react";
import type { Question } from "../api/questions.ts";
import { resolveRange } from "../time/range.ts";
import { useExplore } from "./explore-context.tsx";

/** How often counts follow a live tail, in milliseconds. The list itself follows at once. */
const everyMs = 10_000;

/** The question for counts: the same as the table's, but while the tail is live its range moves on with the clock. */
export function useMovingQuestion(): Question {
  const { state, question } = useExplore();
  const { live, range } = state;
  const [moved, setMoved] = useState<{ readonly from: Question; readonly to: Question }>();
  useEffect(() => {
    if (!live || range.kind === "absolute") return;
    const timer = setInterval(() => {
      setMoved({ from: question, to: { query: question.query, span: resolveRange(range, Date.now()) } });
    }, everyMs);
    return () => clearInterval(timer);
  }, [live, range, question]);
  return live && moved?.from === question ? moved.to : question;
}
