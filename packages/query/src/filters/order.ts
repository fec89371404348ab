import type { Field } from "../field.ts";
import type { ComparisonOperator } from "../filter.ts";
import { numberText, type Operand, plainNumber } from "../operand.ts";
import { sqlNumber, sqlString } from "../sql.ts";
import { asciiLower } from "../tokens-of-text.ts";
import { anyOf, placesOf, whereText } from "./places.ts";

/** One side of a comparison or range. */
export interface Bound {
  readonly operator: ComparisonOperator;
  readonly operand: Operand;
}

const join = (bounds: readonly Bound[], left: string, right: (operand: Operand) => string): string =>
  bounds.map(({ operator, operand }) => `${left} ${operator} ${right(operand)}`).join(" AND ");

const asText = (operand: Operand): string => (operand.type === "text" ? operand.text : numberText(operand));

const compileNumeric = (field: Field & { readonly key: string }, bounds: readonly Bound[]): string => {
  const right = (operand: Operand): string =>
    sqlNumber(operand.type === "number" ? plainNumber(operand, field.key) : Number.NaN);
  const places = placesOf(field);
  const entries = "entries" in places ? places.entries : [];
  return anyOf(
    entries.map(({ map, key, value, isPresent }) => {
      // Numbers that were sent as numbers have a map of their own; the other maps hold text only, and text that is no number never matches.
      if (map !== "LogAttributes") {
        return `(${isPresent} AND ifNull(${join(bounds, `toFloat64OrNull(${value})`, right)}, 0))`;
      }
      return `(mapContains(LogNumbers, ${sqlString(key)}) AND ${join(bounds, `LogNumbers[${sqlString(key)}]`, right)})`;
    }),
  );
};

/** Compiles bounds on a field: all of them hold. Numbers compare as numbers, anything else as text by code points. */
export function compileBounds(field: Field, bounds: readonly Bound[]): string {
  const places = placesOf(field);
  if ("column" in places) {
    const { column, type } = places.column;
    if (type === "number") {
      return `(${join(bounds, column, (operand) => (operand.type === "number" ? sqlNumber(operand.value) : "0"))})`;
    }
    const isFolded = type === "folded";
    return `(${join(bounds, isFolded ? `lower(${column})` : column, (operand) =>
      sqlString(isFolded ? asciiLower(asText(operand)) : asText(operand)),
    )})`;
  }
  if (field.in === "column") throw new RangeError(`no such column field: ${field.name}`);
  const isNumeric = bounds.every(({ operand }) => operand.type === "number");
  if (isNumeric) return compileNumeric(field, bounds);
  return whereText(field, (value) => join(bounds, value, (operand) => sqlString(asText(operand))));
}
