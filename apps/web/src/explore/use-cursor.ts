import type { LogView } from "@taffrail/client";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useExplore } from "./explore-context.tsx";
import type { Results } from "./use-results.ts";

/** Where a move of the cursor goes. */
export type Move = "next" | "previous" | "first" | "last";

/** The row that keys work on, and the record that is open beside the table. */
export interface Cursor {
  readonly gridRef: RefObject<HTMLDivElement | null>;
  readonly drawerRef: RefObject<HTMLElement | null>;
  readonly activeId: string | undefined;
  readonly openRecord: LogView | undefined;
  readonly move: (move: Move) => void;
  /** Opens the active row, and takes the focus along. */
  readonly openActive: () => boolean;
  /** Opens a row that was clicked; the focus stays where it is. */
  readonly open: (record: LogView) => void;
  readonly close: () => void;
}

const placeAfter: Readonly<Record<Move, (index: number, count: number) => number>> = {
  next: (index, count) => Math.min(count - 1, index + 1),
  previous: (index) => Math.max(0, index - 1),
  first: () => 0,
  last: (_, count) => count - 1,
};

/** Keeps the cursor by the record's id, so that it stays on its record while others arrive above it. */
export function useCursor({ rows, tailDo, tail }: Results): Cursor {
  const { state, patch } = useExplore();
  const gridRef = useRef<HTMLDivElement>(null);
  const drawerRef = useRef<HTMLElement>(null);
  const [activeId, setActiveId] = useState<string | undefined>(state.record?.id);
  const openId = state.record?.id;

  const show = useCallback(
    (record: LogView, replace: boolean) => {
      setActiveId(record.id);
      patch({ record: { id: record.id, time: record.time } }, { replace });
      tailDo({ type: "pause", reason: "record" });
    },
    [patch, tailDo],
  );
  const open = useCallback((record: LogView) => show(record, openId !== undefined), [show, openId]);
  const move = (to: Move): void => {
    const index = rows.findIndex((row) => row.id === (openId ?? activeId));
    const record = rows[placeAfter[to](index, rows.length)];
    if (record === undefined) return;
    if (!drawerRef.current?.contains(document.activeElement)) gridRef.current?.focus({ preventScroll: true });
    if (openId !== undefined) show(record, true);
    else {
      setActiveId(record.id);
      tailDo({ type: "pause", reason: "selection" });
    }
  };
  const openActive = (): boolean => {
    const record = rows.find((row) => row.id === activeId);
    if (record === undefined) return false;
    show(record, openId !== undefined);
    requestAnimationFrame(() => drawerRef.current?.focus());
    return true;
  };
  const close = useCallback(() => {
    if (openId === undefined) return;
    patch({ record: undefined });
    if (tail.pausedBy === "record") tailDo({ type: "resume" });
    gridRef.current?.focus({ preventScroll: true });
  }, [openId, patch, tail.pausedBy, tailDo]);

  // Back and forward change the open record without a click: the cursor follows.
  useEffect(() => {
    if (openId !== undefined) setActiveId(openId);
  }, [openId]);

  return {
    gridRef,
    drawerRef,
    activeId,
    openRecord: openId === undefined ? undefined : rows.find((row) => row.id === openId),
    move,
    openActive,
    open,
    close,
  };
}
