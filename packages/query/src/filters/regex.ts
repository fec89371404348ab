import type { RegexFilter } from "../filter.ts";
import { sqlString } from "../sql.ts";
import { fieldText } from "../text.ts";
import type { Construct } from "./construct.ts";
import { whereText } from "./places.ts";

/** `path:/^\/api\/v[12]/`: RE2, anywhere in the value unless anchored. */
export const regex: Construct<RegexFilter> = {
  print: ({ field, pattern }) => `${fieldText(field)}/${pattern}/`,
  compile: ({ field, pattern }) => whereText(field, (value) => `match(${value}, ${sqlString(pattern)})`),
  fields: ({ field }) => [field],
};
