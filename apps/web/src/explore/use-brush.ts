import { type KeyboardEvent, type PointerEvent, useState } from "react";
import type { Span } from "../time/range.ts";
import { type BrushState, brushEnter, brushKey, brushMove, brushPress, brushRelease } from "./brush-state.ts";
import type { Bar, Plot } from "./histogram-scale.ts";

type PointerHandler = (event: PointerEvent<HTMLElement>) => void;

/** The brush and what feeds it. */
export interface Brush extends BrushState {
  readonly handlers: {
    readonly onPointerDown: PointerHandler;
    readonly onPointerMove: PointerHandler;
    readonly onPointerUp: PointerHandler;
    readonly onPointerLeave: PointerHandler;
    readonly onPointerCancel: PointerHandler;
    readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
    readonly onBlur: () => void;
  };
}

const xIn: (event: PointerEvent<HTMLElement>) => number = (event) =>
  event.clientX - event.currentTarget.getBoundingClientRect().left;

/** Lets the reader choose a stretch of the histogram by pointer or keys; `zoom` gets what was chosen. */
export function useBrush(bars: readonly Bar[], plot: Plot, zoom: (span: Span) => void): Brush {
  const [state, setState] = useState<BrushState>({});
  const clear = (): void => setState({});
  const choose = (span: Span | undefined): void => {
    clear();
    if (span !== undefined) zoom(span);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const moved = brushKey(state, event.key, event.shiftKey, bars);
    if (moved !== undefined) setState(moved);
    else if (event.key === "Enter") choose(brushEnter(state, bars));
    else if (event.key === "Escape" && state.active !== undefined) clear();
    else return;
    event.preventDefault();
  };
  const onPointerDown: PointerHandler = (event) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setState(brushPress(xIn(event), plot));
  };
  const onPointerMove: PointerHandler = (event) => setState(brushMove(state, xIn(event), bars, plot));
  const onPointerLeave = (): void => {
    if (state.press === undefined) clear();
  };
  return {
    ...state,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp: () => choose(brushRelease(state, bars)),
      onPointerLeave,
      onPointerCancel: clear,
      onKeyDown,
      onBlur: clear,
    },
  };
}
