/** A column of the table. Widths are in rem. */
export interface Column {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  /** Takes what is left of the width; at least `width`. */
  readonly grows: boolean;
  /** An attribute that the reader added and may remove. */
  readonly removable: boolean;
}

const built = (id: string, title: string, width: number, grows = false): Column => ({
  id,
  title,
  width,
  grows,
  removable: false,
});

/**
 * The columns of the table: time, level, service, those that the reader added, message.
 * `longTimes`: the range spans days, so times carry their date. `compact`: the screen is a phone's, the service stands in the drawer only.
 */
export function tableColumns(
  added: readonly string[],
  { longTimes, compact }: { readonly longTimes: boolean; readonly compact: boolean },
): readonly Column[] {
  return [
    built("time", "Time", longTimes ? 9.75 : 6.75),
    built("level", "Level", 3.5),
    ...(compact ? [] : [built("service", "Service", 8.5)]),
    ...added.map((id) => ({
      id,
      title: id,
      width: Math.min(14, Math.max(7, id.length * 0.5 + 2.5)),
      grows: false,
      removable: true,
    })),
    built("message", "Message", compact ? 12 : 18, true),
  ];
}

/** The columns as CSS grid tracks, and the width below which the table scrolls sideways. */
export function columnTracks(columns: readonly Column[]): { readonly template: string; readonly minWidth: string } {
  const template = columns
    .map((column) => (column.grows ? `minmax(${column.width}rem, 1fr)` : `${column.width}rem`))
    .join(" ");
  return { template, minWidth: `${columns.reduce((sum, column) => sum + column.width, 0)}rem` };
}
