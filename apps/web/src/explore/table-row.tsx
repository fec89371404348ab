import type { LogView } from "@taffrail/client";
import { memo, type ReactElement } from "react";
import { msOf } from "../time/format.ts";
import { LevelName } from "../ui/parts.tsx";
import type { Column } from "./columns.ts";
import { useExplore } from "./explore-context.tsx";
import { markParts } from "./highlights.ts";
import { fieldText, previewOf } from "./record-fields.ts";

/** Attributes shown behind a message. */
const previewMost = 8;

/** The element id of a record's row, for `aria-activedescendant`. */
export const rowElementId = (id: string): string => `record-${id}`;

/** A message on one line: line breaks become a visible mark. */
const oneLine = (text: string): string => text.slice(0, 600).replace(/\s*[\r\n]+\s*/g, " ↵ ");

function MessageCell({ record, added }: { readonly record: LogView; readonly added: readonly string[] }): ReactElement {
  const { highlight } = useExplore();
  const title = record.body === "" ? record.eventName : record.body;
  let place = 0;
  return (
    <span className="cut">
      {title === "" ? <span className="soft">no message</span> : null}
      {markParts(oneLine(title), highlight).map((part) => {
        place += part.text.length;
        return part.marked ? <mark key={place}>{part.text}</mark> : part.text;
      })}
      {previewOf(record, added, previewMost).map((line) => (
        <span key={line.key} className="preview">
          {` ${line.key}=${oneLine(line.value)}`}
        </span>
      ))}
    </span>
  );
}

function CellContent({ record, column }: { readonly record: LogView; readonly column: Column }): ReactElement {
  const { state, format } = useExplore();
  switch (column.id) {
    case "time": {
      const ms = msOf(record.time);
      return (
        <time dateTime={record.time}>
          {column.width > 8 ? <span className="soft">{format.date(ms).slice(5)} </span> : null}
          {format.millis(ms)}
        </time>
      );
    }
    case "level":
      return <LevelName level={record.level} />;
    case "service":
      return <span className="cut">{record.service}</span>;
    case "message":
      return <MessageCell record={record} added={state.columns} />;
    default:
      return <span className="cut">{oneLine(fieldText(record, column.id))}</span>;
  }
}

interface RowProps {
  readonly record: LogView;
  readonly columns: readonly Column[];
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly top: number;
  readonly active: boolean;
  readonly open: boolean;
  readonly onOpen: (record: LogView) => void;
}

/** One record of the table. */
export const TableRow = memo(function TableRow(props: RowProps): ReactElement {
  const { record, columns, index, top, active, open, onOpen } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: the table is a grid of divs
    // biome-ignore lint/a11y/useFocusableInteractive: rows are reached through the grid's active descendant
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on the grid opens the active row
    <div
      role="row"
      id={rowElementId(record.id)}
      aria-rowindex={index + 2}
      aria-selected={active}
      className="grid-row record"
      data-level={record.level}
      data-active={active}
      data-open={open}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => {
        if (window.getSelection()?.isCollapsed !== false) onOpen(record);
      }}
    >
      {columns.map((column, at) => (
        // biome-ignore lint/a11y/useSemanticElements: the table is a grid of divs
        // biome-ignore lint/a11y/useFocusableInteractive: rows are reached through the grid's active descendant
        <div key={column.id} role="gridcell" aria-colindex={at + 1} className="cell" data-column={column.id}>
          <CellContent record={record} column={column} />
        </div>
      ))}
    </div>
  );
});
