import { type ReactElement, useEffect } from "react";
import type { Suggestion } from "./completion.ts";
import type { SuggestionKind } from "./use-suggestions.ts";

/** The element id of one line, for `aria-activedescendant`. */
export const optionId = (listId: string, index: number): string => `${listId}-${index}`;

const titles: Readonly<Record<SuggestionKind, string>> = {
  history: "Recent queries",
  field: "Fields",
  value: "Values",
};

/** What the word at the caret could become. The focus stays in the query line. */
export function CompletionList({
  id,
  open,
  kind,
  items,
  chosen,
  onAccept,
}: {
  readonly id: string;
  readonly open: boolean;
  readonly kind: SuggestionKind;
  readonly items: readonly Suggestion[];
  readonly chosen: number;
  readonly onAccept: (suggestion: Suggestion) => void;
}): ReactElement {
  useEffect(() => {
    if (open && chosen >= 0) document.getElementById(optionId(id, chosen))?.scrollIntoView({ block: "nearest" });
  }, [open, chosen, id]);
  return (
    <div className="completion" hidden={!open}>
      <div className="completion-title" aria-hidden="true">
        {titles[kind]}
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> choose · <kbd>Enter</kbd> accept · <kbd>Esc</kbd> close
        </span>
      </div>
      <div id={id} role="listbox" aria-label={titles[kind]} tabIndex={-1} className="completion-items scroll">
        {items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the query line, which keeps the focus
          <div
            key={item.text}
            id={optionId(id, index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className="completion-item"
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onAccept(item)}
          >
            <span className="cut">{item.text}</span>
            <span className="soft cut">{item.detail}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
