import type { Filter } from "./filter.ts";
import { constructOf } from "./filters/table.ts";

const printInner = (filter: Filter): string =>
  filter.kind === "and" || filter.kind === "or" ? `(${printFilter(filter)})` : printFilter(filter);

const printFilter = (filter: Filter): string => constructOf(filter).print(filter, printInner);

/**
 * Writes a filter in its canonical form, which parses to an equal filter. No filter prints as the empty text.
 *
 * @example printQuery(filter) // 'level:>=warn (service:checkout OR service:cart) -"timed out"'
 */
export function printQuery(filter: Filter | undefined): string {
  return filter === undefined ? "" : printFilter(filter);
}
