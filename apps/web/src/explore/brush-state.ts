import type { Span } from "../time/range.ts";
import { type Bar, barAt, momentAt, type Plot } from "./histogram-scale.ts";

/** Pointer movement below this many pixels is a click, not a drag. */
const dragPixelsMin = 4;

/** The cursor and the selection on the histogram. */
export interface BrushState {
  /** Index of the bar under the pointer or chosen by keys. */
  readonly active?: number;
  /** Where the pointer went down: pixels and milliseconds since 1970. */
  readonly press?: { readonly x: number; readonly at: number };
  /** Index of the bar where a selection by keys began. */
  readonly anchor?: number;
  readonly selection?: Span;
}

const between = (one: number, other: number): Span => ({ from: Math.min(one, other), to: Math.max(one, other) });

/** The bars from one index to another as a span. */
function barsSpan(bars: readonly Bar[], one: number, other: number): Span | undefined {
  const first = bars[Math.min(one, other)];
  const last = bars[Math.max(one, other)];
  return first === undefined || last === undefined ? undefined : { from: first.from, to: last.to };
}

/** The pointer goes down at `x` pixels. */
export function brushPress(x: number, plot: Plot): BrushState {
  return { press: { x, at: momentAt(x, plot) } };
}

/** The pointer is at `x` pixels, pressed or not. */
export function brushMove(state: BrushState, x: number, bars: readonly Bar[], plot: Plot): BrushState {
  const at = momentAt(x, plot);
  const active = barAt(bars, at);
  const { press } = state;
  const dragged = press !== undefined && Math.abs(x - press.x) >= dragPixelsMin;
  return {
    ...(active === undefined ? {} : { active }),
    ...(press === undefined ? {} : { press }),
    ...(dragged ? { selection: between(press.at, at) } : {}),
  };
}

/** What letting the pointer go chooses: the dragged stretch, or the clicked bar if it counts anything. */
export function brushRelease(state: BrushState, bars: readonly Bar[]): Span | undefined {
  if (state.press === undefined) return undefined;
  if (state.selection !== undefined) return state.selection;
  const index = barAt(bars, state.press.at);
  const bar = index === undefined ? undefined : bars[index];
  return bar === undefined || bar.total === 0 ? undefined : { from: bar.from, to: bar.to };
}

/** The state after a key that moves the cursor; undefined for other keys. With `extend` the bars passed are selected. */
export function brushKey(
  state: BrushState,
  key: string,
  extend: boolean,
  bars: readonly Bar[],
): BrushState | undefined {
  const { active, anchor } = state;
  const places: Readonly<Record<string, number>> = {
    ArrowLeft: (active ?? bars.length) - 1,
    ArrowRight: (active ?? -1) + 1,
    Home: 0,
    End: bars.length - 1,
  };
  const place = places[key];
  if (place === undefined) return undefined;
  const next = Math.min(bars.length - 1, Math.max(0, place));
  if (!extend) return { active: next };
  const start = anchor ?? active ?? next;
  const selection = barsSpan(bars, start, next);
  return { active: next, anchor: start, ...(selection === undefined ? {} : { selection }) };
}

/** What Enter chooses: the selection, or the bar under the cursor. */
export function brushEnter({ active, selection }: BrushState, bars: readonly Bar[]): Span | undefined {
  return selection ?? (active === undefined ? undefined : barsSpan(bars, active, active));
}
