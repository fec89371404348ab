import { type KeyboardEvent, type ReactElement, useId, useRef } from "react";

export interface TabItem {
  readonly id: string;
  readonly label: string;
  readonly render: () => ReactElement;
}

/** Tabs after the ARIA pattern: arrows move between them, only the chosen one is a tab stop. */
export function Tabs({
  label,
  items,
  chosen,
  onChoose,
}: {
  readonly label: string;
  readonly items: readonly TabItem[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}): ReactElement {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const current = items.find((item) => item.id === chosen) ?? items[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const index = items.findIndex((item) => item.id === current?.id);
    const next = items[(index + step + items.length) % items.length];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <>
      <div ref={list} className="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {items.map((item) => (
          <button
            type="button"
            key={item.id}
            role="tab"
            id={`${base}-${item.id}`}
            data-tab={item.id}
            aria-selected={item.id === current?.id}
            aria-controls={`${base}-panel`}
            tabIndex={item.id === current?.id ? 0 : -1}
            onClick={() => onChoose(item.id)}
          >
            {item.label}
          </button>
        ))}
      </div>
      <div
        className="tab-panel scroll"
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-${current?.id ?? ""}`}
        tabIndex={-1}
      >
        {current?.render()}
      </div>
    </>
  );
}
