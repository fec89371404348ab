import { TaffrailError } from "@taffrail/contracts";
import { type Field, fieldName, knownFields, nearest, resolveField } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";
import type { LogStore, TimeRange } from "../store/store.ts";
import type { Notice } from "./answers.ts";

/** Names looked through for the nearest one. */
const namesMax = 1000;
/** Notices about fields in one answer. */
const fieldNoticesMax = 5;

const keyOf = (field: Field): string | undefined => (field.in === "column" ? undefined : field.key);

/** Says which asked-for attributes no record of the range has. */
function unknownFieldNotices(asked: readonly string[], seen: readonly string[]): readonly Notice[] {
  const keys = [...new Set(seen.map((name) => keyOf(resolveField(name)) ?? name))];
  const builtIn = knownFields.map(({ name }) => name);
  const notices: Notice[] = [];
  for (const name of asked) {
    const key = keyOf(resolveField(name));
    if (key === undefined || keys.includes(key)) continue;
    const nearKey = nearest(key, keys) ?? keys.find((candidate) => candidate.endsWith(`.${key}`));
    const guess = nearKey === undefined ? nearest(key, builtIn) : fieldName({ in: "any", key: nearKey });
    const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
    notices.push({ code: "unknown_field", message: `No record of this time range has the field ${name}.${hint}` });
  }
  return notices.slice(0, fieldNoticesMax);
}

/**
 * Why nothing was found: a field that no record has, records still on their way, a range that has not begun. Asked only about empty answers,
 * because the look at the field names costs a query of its own.
 */
export async function noticesOfNothing(
  store: LogStore,
  scope: Scope,
  question: {
    readonly fields: readonly string[];
    readonly range: TimeRange;
    readonly pendingRecords: number;
    readonly nowMs: number;
    readonly signal: AbortSignal;
  },
): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  const { fields, range, pendingRecords, nowMs, signal } = question;
  if (range.fromMs > nowMs) {
    notices.push({ code: "range_in_future", message: "The time range begins in the future." });
  }
  if (pendingRecords > 0) {
    const message = `${pendingRecords} accepted records cannot be searched yet; ask again in a moment.`;
    notices.push({ code: "pending_records", message });
  }
  const asked = fields.filter((name) => keyOf(resolveField(name)) !== undefined);
  if (asked.length === 0) return notices;
  try {
    const seen = await store.fieldNames(scope, range, { prefix: "", limit: namesMax, signal });
    return [...notices, ...unknownFieldNotices(asked, seen)];
  } catch (error) {
    // The answer itself is there: a hint that the engine has no time or room for must not take it away.
    if (error instanceof TaffrailError) return notices;
    throw error;
  }
}
