import type { Field } from "../field.ts";
import type { ExistsFilter } from "../filter.ts";
import { fieldText } from "../text.ts";
import type { Construct } from "./construct.ts";
import { anyOf, placesOf } from "./places.ts";

const compileExists = (field: Field): string => {
  const places = placesOf(field);
  if ("entries" in places) return anyOf(places.entries.map(({ isPresent }) => isPresent));
  const { column, type } = places.column;
  // Every record has a level: one without a severity counts as info.
  if (type === "level") return "1";
  return type === "number" ? `${column} != 0` : `${column} != ''`;
};

/** `user.id:*`: the key is there, even with an empty value. Columns exist when they are not empty. */
export const exists: Construct<ExistsFilter> = {
  print: ({ field }) => `${fieldText(field)}*`,
  compile: ({ field }) => compileExists(field),
  fields: ({ field }) => [field],
};
