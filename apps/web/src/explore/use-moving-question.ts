import { useEffect, useState } from "react";
import type { Question } from "../api/questions.ts";
import { resolveRange } from "../time/range.ts";
import { useExplore } from "./explore-context.tsx";

/** The question for counts: the same as the table's, but while the tail is live its range moves on with the clock, in steps of `everyMs`. */
export function useMovingQuestion(everyMs: number): Question {
  const { state, question } = useExplore();
  const { live, range } = state;
  const [moved, setMoved] = useState<{ readonly from: Question; readonly to: Question }>();
  useEffect(() => {
    if (!live || range.kind === "absolute") return;
    const timer = setInterval(() => {
      setMoved({ from: question, to: { query: question.query, span: resolveRange(range, Date.now()) } });
    }, everyMs);
    return () => clearInterval(timer);
  }, [live, range, question, everyMs]);
  return live && moved?.from === question ? moved.to : question;
}
