import type { Filter } from "../filter.ts";
import { all } from "./all.ts";
import { and, or } from "./and-or.ts";
import { comparison } from "./comparison.ts";
import type { Construct } from "./construct.ts";
import { exists } from "./exists.ts";
import { fieldEquals } from "./field-equals.ts";
import { level } from "./level.ts";
import { not } from "./not.ts";
import { phrase } from "./phrase.ts";
import { range } from "./range.ts";
import { regex } from "./regex.ts";
import { wildcard } from "./wildcard.ts";
import { word } from "./word.ts";

type Constructs = { readonly [K in Filter["kind"]]: Construct<Extract<Filter, { readonly kind: K }>> };

/** All constructs of the language, by the kind of their filter. A new construct is a new file and a line here. */
const constructs: Constructs = {
  all,
  word,
  phrase,
  "field-equals": fieldEquals,
  comparison,
  range,
  wildcard,
  regex,
  exists,
  level,
  not,
  and,
  or,
};

/** The construct of a filter, ready to be applied to that filter. */
export function constructOf(filter: Filter): Construct<Filter> {
  return constructs[filter.kind] as Construct<Filter>;
}
