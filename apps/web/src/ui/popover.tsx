import { type ReactElement, type ReactNode, useEffect, useRef } from "react";

/**
 * A trigger with a panel below it. The panel closes on Escape, on a press elsewhere and when the focus leaves; on Escape the focus goes back to the
 * trigger. `trigger` must be a button that carries `aria-haspopup` and `aria-expanded`.
 */
export function Popover({
  label,
  open,
  onClose,
  align = "end",
  trigger,
  children,
}: {
  readonly label: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly align?: "start" | "end";
  readonly trigger: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const anchor = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const inside = panel.current;
    (inside?.querySelector<HTMLElement>("[data-autofocus]") ?? inside)?.focus();
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && anchor.current?.contains(event.target) === false) onClose();
    };
    document.addEventListener("pointerdown", onPress);
    return () => document.removeEventListener("pointerdown", onPress);
  }, [open, onClose]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches what its children do: Escape, and the focus leaving
    <div
      ref={anchor}
      className="popover-anchor"
      onKeyDown={(event) => {
        if (!open || event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
        anchor.current?.querySelector<HTMLElement>("button")?.focus();
      }}
      onBlur={(event) => {
        if (open && event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget))
          onClose();
      }}
    >
      {trigger}
      {open ? (
        <div ref={panel} className="popover" role="dialog" aria-label={label} data-align={align} tabIndex={-1}>
          {children}
        </div>
      ) : null}
    </div>
  );
}
