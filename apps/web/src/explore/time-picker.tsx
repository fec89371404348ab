import { type ReactElement, useCallback } from "react";
import { presets, resolveRange, shiftRange, type TimeRange, zoomOut } from "../time/range.ts";
import { rangeWords } from "../time/range-words.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Popover } from "../ui/popover.tsx";
import { AbsoluteRange } from "./absolute-range.tsx";
import { type Explore, useExplore } from "./explore-context.tsx";

function PresetList({ choose }: { readonly choose: (range: TimeRange) => void }): ReactElement {
  const { state, format } = useExplore();
  const { range } = state;
  return (
    <ul className="preset-list" aria-label="Relative ranges">
      {presets.map((since) => {
        const chosen = range.kind === "relative" && range.since === since;
        return (
          <li key={since}>
            <button
              type="button"
              aria-pressed={chosen}
              {...(chosen ? { "data-autofocus": "" } : {})}
              onClick={() => choose({ kind: "relative", since })}
            >
              {rangeWords({ kind: "relative", since }, format)}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function RangeTools({
  explore,
  choose,
}: {
  readonly explore: Explore;
  readonly choose: (range: TimeRange) => void;
}): ReactElement {
  const { state, span, patch } = explore;
  return (
    <div className="range-tools">
      <Button size="small" icon="zoomOut" onClick={() => choose(zoomOut(state.range, Date.now()))}>
        Zoom out
      </Button>
      <Button
        size="small"
        icon="pin"
        disabled={state.range.kind === "absolute"}
        title="Fix the range to the moments it covers now, so that a shared link shows the same records later"
        onClick={() => choose({ kind: "absolute", ...span })}
      >
        Pin
      </Button>
      <fieldset className="segmented" aria-label="Time zone">
        {(["local", "utc"] as const).map((zone) => (
          <button
            key={zone}
            type="button"
            aria-pressed={state.zone === zone}
            onClick={() => patch({ zone }, { replace: true })}
          >
            {zone === "utc" ? "UTC" : "Local"}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

/** Button and panel to choose what time the page looks at, between two buttons that move it. */
export function TimePicker({
  open,
  setOpen,
}: {
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
}): ReactElement {
  const explore = useExplore();
  const { state, format, zoom, patch } = explore;
  const close = useCallback(() => setOpen(false), [setOpen]);
  const choose = (range: TimeRange): void => {
    if (range.kind === "absolute") zoom(range);
    else patch({ range });
    explore.refresh();
    setOpen(false);
  };
  const shift = (direction: -1 | 1): void => zoom(shiftRange(state.range, Date.now(), direction));
  const atEnd = resolveRange(state.range, Date.now()).to >= Date.now() - 1000;
  return (
    <div className="time-picker">
      <IconButton look="normal" icon="chevronLeft" label="Earlier" tip onClick={() => shift(-1)} />
      <Popover
        label="Time range"
        open={open}
        onClose={close}
        trigger={
          <Button aria-haspopup="dialog" aria-expanded={open} className="time-button" onClick={() => setOpen(!open)}>
            <Icon name="clock" />
            <span className="time-words">{rangeWords(state.range, format)}</span>
            {state.zone === "utc" ? <span className="zone-tag">UTC</span> : null}
            <Icon name="chevronDown" />
          </Button>
        }
      >
        <div className="time-panel">
          <PresetList choose={choose} />
          <div className="time-side">
            <AbsoluteRange choose={choose} />
            <RangeTools explore={explore} choose={choose} />
          </div>
        </div>
      </Popover>
      <IconButton look="normal" icon="chevronRight" label="Later" tip disabled={atEnd} onClick={() => shift(1)} />
    </div>
  );
}
