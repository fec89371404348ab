import { type KeyboardEvent, type PointerEvent, useState } from "react";
import type { Span } from "../time/range.ts";
import { type Bar, barAt, momentAt, type Plot } from "./histogram-scale.ts";

/** Pointer movement below this many pixels is a click, not a drag. */
const dragPixelsMin = 4;

interface Press {
  readonly x: number;
  readonly at: number;
}

/** The cursor and the selection on the histogram, and what feeds them. */
export interface Brush {
  /** Index of the bar under the pointer or chosen by keys. */
  readonly active: number | undefined;
  readonly selection: Span | undefined;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    readonly onPointerLeave: () => void;
    readonly onPointerCancel: () => void;
    readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
    readonly onBlur: () => void;
  };
}

const between = (one: number, other: number): Span => ({ from: Math.min(one, other), to: Math.max(one, other) });

/** Bars from `anchor` to `index` as a span. */
function barsSpan(bars: readonly Bar[], anchor: number, index: number): Span | undefined {
  const first = bars[Math.min(anchor, index)];
  const last = bars[Math.max(anchor, index)];
  return first === undefined || last === undefined ? undefined : { from: first.from, to: last.to };
}

/** Lets the reader choose a stretch of the histogram by pointer or keys; `zoom` gets its two ends in milliseconds since 1970. */
export function useBrush(bars: readonly Bar[], plot: Plot, zoom: (from: number, to: number) => void): Brush {
  const [active, setActive] = useState<number>();
  const [press, setPress] = useState<Press>();
  const [anchor, setAnchor] = useState<number>();
  const [selection, setSelection] = useState<Span>();
  const clear = (): void => {
    setPress(undefined);
    setAnchor(undefined);
    setSelection(undefined);
    setActive(undefined);
  };
  const xIn = (event: PointerEvent<HTMLElement>): number =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;

  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const x = xIn(event);
    const at = momentAt(x, plot);
    setActive(barAt(bars, at));
    if (press !== undefined) setSelection(Math.abs(x - press.x) < dragPixelsMin ? undefined : between(press.at, at));
  };
  const onPointerUp = (): void => {
    if (press === undefined) return;
    const bar = bars[barAt(bars, press.at) ?? -1];
    if (selection !== undefined) zoom(selection.from, selection.to);
    else if (bar !== undefined && bar.total > 0) zoom(bar.from, bar.to);
    clear();
  };
  const moveTo = (index: number, extend: boolean): void => {
    const next = Math.min(bars.length - 1, Math.max(0, index));
    const from = extend ? (anchor ?? active ?? next) : undefined;
    setAnchor(from);
    setSelection(from === undefined ? undefined : barsSpan(bars, from, next));
    setActive(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: (active ?? bars.length) - 1,
      ArrowRight: (active ?? -1) + 1,
      Home: 0,
      End: bars.length - 1,
    };
    const place = places[event.key];
    const chosen = selection ?? (active === undefined ? undefined : barsSpan(bars, active, active));
    if (place !== undefined) moveTo(place, event.shiftKey);
    else if (event.key === "Enter" && chosen !== undefined) zoom(chosen.from, chosen.to);
    else if (event.key === "Escape" && active !== undefined) clear();
    else return;
    event.preventDefault();
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const x = xIn(event);
    setPress({ x, at: momentAt(x, plot) });
  };
  const onPointerLeave = (): void => {
    if (press === undefined) clear();
  };
  return {
    active,
    selection,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp,
      onPointerLeave,
      onPointerCancel: clear,
      onKeyDown,
      onBlur: clear,
    },
  };
}
