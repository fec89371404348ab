import type { HistogramResult } from "@taffrail/client";
import { type ReactElement, useMemo, useRef } from "react";
import { absoluteRange } from "../time/range.ts";
import { timeTicks } from "../time/ticks.ts";
import { useWidth } from "../ui/use-width.ts";
import { useExplore } from "./explore-context.tsx";
import { HistogramReadout } from "./histogram-readout.tsx";
import { type Bar, layoutBars, niceMax, type Plot, totalOf, xOf } from "./histogram-scale.ts";
import { type Brush, useBrush } from "./use-brush.ts";
import "./histogram.css";

/** Height of the bars, in pixels; the axis comes below. */
const plotHeight = 84;

function Bars({ bars, active }: { readonly bars: readonly Bar[]; readonly active: number | undefined }): ReactElement {
  return (
    <g>
      {bars.map((bar, index) =>
        bar.parts.map((part) => (
          <rect
            key={`${bar.from} ${part.level}`}
            className="bar"
            data-level={part.level}
            data-active={index === active}
            x={bar.left}
            y={part.top}
            width={bar.width}
            height={part.height}
          />
        )),
      )}
    </g>
  );
}

function Selection({ brush, plot }: { readonly brush: Brush; readonly plot: Plot }): ReactElement | null {
  if (brush.selection === undefined) return null;
  const left = xOf(brush.selection.from, plot);
  return (
    <rect
      className="brush"
      x={left}
      y={0}
      width={Math.max(1, xOf(brush.selection.to, plot) - left)}
      height={plot.height}
    />
  );
}

function Axis({ plot, max }: { readonly plot: Plot; readonly max: number }): ReactElement {
  const { format } = useExplore();
  const ticks = timeTicks(plot, Math.max(2, Math.floor(plot.width / 90)), format);
  return (
    <g className="axis">
      <path d={`M0 0.5H${plot.width}M0 ${plot.height / 2}H${plot.width}`} className="grid-line" />
      <path d={`M0 ${plot.height + 0.5}H${plot.width}`} className="base-line" />
      <text x={2} y={10} className="axis-max">
        {max === 0 ? "" : max.toLocaleString("en-US")}
      </text>
      {ticks.map((tick) => {
        const x = xOf(tick.at, plot);
        const anchor = x < 24 ? "start" : x > plot.width - 24 ? "end" : "middle";
        return (
          <g key={tick.at}>
            <path d={`M${x} ${plot.height}v4`} className="base-line" />
            <text x={x} y={plot.height + 15} textAnchor={anchor}>
              {tick.label}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** The stacked bars with their axis. Drag or click zooms; with the keyboard, arrows choose, Shift extends, Enter zooms. */
export function Histogram({
  result,
  busy,
}: {
  readonly result: HistogramResult;
  readonly busy: boolean;
}): ReactElement {
  const { zoom } = useExplore();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const plot = useMemo<Plot>(() => {
    const from = Date.parse(result.range.from);
    return { width, height: plotHeight, from, to: Math.max(from + 1, Date.parse(result.range.to)) };
  }, [width, result.range]);
  const bars = useMemo(() => layoutBars(result.buckets, result.stepMs, plot), [result, plot]);
  const max = result.total === 0 ? 0 : niceMax(Math.max(0, ...result.buckets.map((bucket) => totalOf(bucket.counts))));
  const brush = useBrush(bars, plot, ({ from, to }) =>
    zoom(absoluteRange(Math.max(from, plot.from), Math.min(to, plot.to))),
  );
  const bar = brush.active === undefined ? undefined : bars[brush.active];
  return (
    <div className="histogram" data-busy={busy} ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has no place around a picture */}
      <div
        className="plot"
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the plot is worked by keys; what holds a cursor must take the focus
        tabIndex={0}
        data-own-keys=""
        aria-label={`Records over time: ${result.total.toLocaleString("en-US")} in ${bars.length} bars. Arrow keys choose a bar, Shift extends, Enter zooms in.`}
        {...brush.handlers}
      >
        <svg width={width} height={plotHeight + 20} aria-hidden="true" focusable="false">
          <Axis plot={plot} max={max} />
          <Bars bars={bars} active={brush.active} />
          <Selection brush={brush} plot={plot} />
        </svg>
        <HistogramReadout bar={bar} plot={plot} selection={brush.selection} />
      </div>
    </div>
  );
}
