import type { Field, KnownField } from "../field.ts";
import type { FieldEqualsFilter } from "../filter.ts";
import { readOperand } from "../operand.ts";
import { sqlNumber, sqlString } from "../sql.ts";
import { fieldText, valueText } from "../text.ts";
import { asciiLower, isAscii } from "../tokens-of-text.ts";
import type { Construct } from "./construct.ts";
import { anyOf, placesOf } from "./places.ts";

const columnEquals = ({ column, type }: KnownField, value: string): string => {
  if (type === "number") {
    const operand = readOperand(value);
    return operand?.type === "number" ? `${column} = ${sqlNumber(operand.value)}` : "0";
  }
  if (type === "hex") return `${column} = ${sqlString(asciiLower(value))}`;
  if (type !== "folded") return `${column} = ${sqlString(value)}`;
  return isAscii(value)
    ? `lower(${column}) = ${sqlString(asciiLower(value))}`
    : `caseFoldUTF8(${column}) = caseFoldUTF8(${sqlString(value)})`;
};

const compileEquals = (field: Field, value: string): string => {
  const places = placesOf(field);
  if ("column" in places) return columnEquals(places.column, value);
  // A missing key reads as the empty text, so only the search for that one has to ask whether the key is there.
  return anyOf(
    places.entries.map((entry) => {
      const equals = `${entry.value} = ${sqlString(value)}`;
      return value === "" ? `(${entry.isPresent} AND ${equals})` : equals;
    }),
  );
};

/** `field:value`: equal as a whole; service, source and severity text in any case, ids as lower-case hex, attributes byte by byte. */
export const fieldEquals: Construct<FieldEqualsFilter> = {
  print: ({ field, value }) => fieldText(field) + valueText(value),
  compile: ({ field, value }) => compileEquals(field, value),
  fields: ({ field }) => [field],
};
