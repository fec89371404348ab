import type { ReactElement } from "react";
import { IconButton } from "../ui/button.tsx";
import type { Column } from "./columns.ts";
import { useExplore } from "./explore-context.tsx";

/** Names of the columns; columns that the reader added can be removed here, and the time's zone is changed here. */
export function TableHead({ columns }: { readonly columns: readonly Column[] }): ReactElement {
  const { state, patch, toggleColumn } = useExplore();
  const nextZone = state.zone === "utc" ? "local" : "utc";
  return (
    // biome-ignore lint/a11y/useSemanticElements: the table is a grid of divs
    <div className="grid-head" role="rowgroup">
      {/* biome-ignore lint/a11y/useSemanticElements: the table is a grid of divs */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: rows are reached through the grid's active descendant */}
      <div className="grid-row" role="row" aria-rowindex={1}>
        {columns.map((column, index) => (
          // biome-ignore lint/a11y/useSemanticElements: the table is a grid of divs
          // biome-ignore lint/a11y/useFocusableInteractive: a heading without a function of its own
          <div key={column.id} role="columnheader" aria-colindex={index + 1} className="cell" title={column.title}>
            <span className="cut">{column.title}</span>
            {column.id === "time" ? (
              <button
                type="button"
                className="zone-switch"
                title={`Show times in ${nextZone === "utc" ? "UTC" : "local time"}`}
                onClick={() => patch({ zone: nextZone }, { replace: true })}
              >
                {state.zone === "utc" ? "UTC" : "local"}
              </button>
            ) : null}
            {column.removable ? (
              <IconButton
                icon="close"
                size="small"
                label={`Remove column ${column.title}`}
                onClick={() => toggleColumn(column.id)}
              />
            ) : null}
          </div>
        ))}
      </div>
    </div>
  );
}
