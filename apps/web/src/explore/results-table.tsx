import type { LogView } from "@taffrail/client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactElement, type RefObject, useEffect, useMemo } from "react";
import { rangeKey } from "../time/range.ts";
import { useMedia, useRem } from "../ui/use-width.ts";
import { type Column, columnTracks, tableColumns } from "./columns.ts";
import { useExplore } from "./explore-context.tsx";
import { TableHead } from "./table-head.tsx";
import { rowElementId, TableRow } from "./table-row.tsx";
import type { Results } from "./use-results.ts";
import { rowsMax } from "./use-results.ts";
import "./results-table.css";

/** Height of a row in rem; the same as `--height-row`. */
const rowRem = 1.625;

/** Pages are fetched when this many rows below the visible ones are left. */
const prefetchRows = 60;

/** Below this width one column has to go. */
const phone = "(max-width: 640px)";

const dayMs = 86_400_000;

export interface TableProps {
  readonly results: Results;
  readonly gridRef: RefObject<HTMLDivElement | null>;
  readonly activeId: string | undefined;
  readonly openId: string | undefined;
  readonly onOpen: (record: LogView) => void;
  readonly onScrollTop: (top: number) => void;
}

function useTableColumns(): readonly Column[] {
  const { state, span } = useExplore();
  const compact = useMedia(phone);
  const longTimes = span.to - span.from > dayMs;
  return useMemo(() => tableColumns(state.columns, { longTimes, compact }), [state.columns, longTimes, compact]);
}

function TableFoot({ results }: { readonly results: Results }): ReactElement {
  const words = {
    loading: "Loading older records …",
    some: "Scroll for older records",
    cut: `The first ${rowsMax.toLocaleString("en-US")} records. Narrow the time range or the query to see others.`,
    none: `End of the range · ${results.rows.length.toLocaleString("en-US")} record${results.rows.length === 1 ? "" : "s"}`,
  };
  return <div className="table-foot">{words[results.more]}</div>;
}

function useRowWindow({
  results,
  gridRef,
  activeId,
}: TableProps): ReturnType<typeof useVirtualizer<HTMLDivElement, Element>> {
  const { rows, more, loadMore } = results;
  const rowHeight = useRem() * rowRem;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => gridRef.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 16,
    scrollMargin: 0,
    scrollPaddingStart: rowHeight + 6,
    scrollPaddingEnd: 8,
  });
  const lastVisible = virtualizer.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (more === "some" && rows.length > 0 && lastVisible > rows.length - prefetchRows) loadMore();
  }, [more, lastVisible, rows.length, loadMore]);
  // Only a change of the active row moves the view, not records that arrive while it stands still.
  const activeIndex = activeId === undefined ? -1 : rows.findIndex((row) => row.id === activeId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (activeIndex >= 0) virtualizer.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeId]);
  return virtualizer;
}

/** Another question starts at its newest record; running the same one again does not move the view. */
function useStartAtTop(gridRef: RefObject<HTMLDivElement | null>): void {
  const { state } = useExplore();
  const key = `${rangeKey(state.range)} ${state.query}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the question
  useEffect(() => {
    gridRef.current?.scrollTo({ top: 0 });
  }, [key, gridRef]);
}

/** The records: one line each, drawn only where they are seen, with older pages fetched on the way down. */
export function ResultsTable(props: TableProps): ReactElement {
  const { results, gridRef, activeId, openId, onOpen } = props;
  const columns = useTableColumns();
  const { template, minWidth } = columnTracks(columns);
  useStartAtTop(gridRef);
  const virtualizer = useRowWindow(props);
  const activeShown = activeId !== undefined && results.rows.some((row) => row.id === activeId);
  const tracks = { "--tracks": template, "--table-width": minWidth } as CSSProperties;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot be drawn in part; the grid role says the same
    <div
      ref={gridRef}
      className="grid scroll"
      role="grid"
      aria-label="Records"
      aria-rowcount={results.rows.length + 1}
      aria-colcount={columns.length}
      aria-busy={results.stale}
      aria-activedescendant={activeShown ? rowElementId(activeId) : undefined}
      tabIndex={0}
      style={tracks}
      onScroll={(event) => props.onScrollTop(event.currentTarget.scrollTop)}
    >
      <TableHead columns={columns} />
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid above */}
      <div className="grid-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const record = results.rows[item.index];
          return record === undefined ? null : (
            <TableRow
              key={item.key}
              record={record}
              columns={columns}
              index={item.index}
              top={item.start}
              active={record.id === activeId}
              open={record.id === openId}
              onOpen={onOpen}
            />
          );
        })}
      </div>
      <TableFoot results={results} />
    </div>
  );
}
