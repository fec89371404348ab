import type { Level } from "@taffrail/contracts";
import type { Field } from "./field.ts";
import type { Operand } from "./operand.ts";

/** Every record: what `*` alone asks for. */
export interface AllFilter {
  readonly kind: "all";
}

/** A bare word: its tokens stand in the body, in any case. */
export interface WordFilter {
  readonly kind: "word";
  readonly text: string;
}

/** Text in quotes: the body contains it as it is written, in any case. An empty text means an empty body. */
export interface PhraseFilter {
  readonly kind: "phrase";
  readonly text: string;
}

/** `field:value`: the whole value is equal. */
export interface FieldEqualsFilter {
  readonly kind: "field-equals";
  readonly field: Field;
  readonly value: string;
}

export const comparisonOperators = [">", ">=", "<", "<="] as const;
export type ComparisonOperator = (typeof comparisonOperators)[number];

/** `field:>10`: as numbers when the operand is a number, else as text by code points. */
export interface ComparisonFilter {
  readonly kind: "comparison";
  readonly field: Field;
  readonly operator: ComparisonOperator;
  readonly operand: Operand;
}

/** `field:[a TO b]`; at least one bound is present, an absent one was written `*`. */
export interface RangeFilter {
  readonly kind: "range";
  readonly field: Field;
  readonly from: Operand | undefined;
  readonly to: Operand | undefined;
  readonly includesFrom: boolean;
  readonly includesTo: boolean;
}

/** `field:pre*`: literals with any text between each two; a body pattern stays within one run of non-blanks. */
export interface WildcardFilter {
  readonly kind: "wildcard";
  readonly field: Field;
  /** At least two; empty ones are leading or trailing stars. */
  readonly parts: readonly string[];
}

/** `field:/pattern/`: RE2, unanchored, case-sensitive unless it starts with `(?i)`. */
export interface RegexFilter {
  readonly kind: "regex";
  readonly field: Field;
  /** As written between the slashes: a slash outside brackets stands as `\/`. */
  readonly pattern: string;
}

/** `field:*`: the record has the field. */
export interface ExistsFilter {
  readonly kind: "exists";
  readonly field: Field;
}

/** `level:warn`, `level:>=warn`: by severity number, so that every sender's own words are understood. */
export interface LevelFilter {
  readonly kind: "level";
  readonly operator: "=" | ComparisonOperator;
  readonly level: Level;
}

/** `-x`, `NOT x`: every record that `x` does not match, also those without its field. */
export interface NotFilter {
  readonly kind: "not";
  readonly filter: Filter;
}

/** Two or more filters, none of them an AndFilter itself. */
export interface AndFilter {
  readonly kind: "and";
  readonly filters: readonly Filter[];
}

/** Two or more filters, none of them an OrFilter itself. */
export interface OrFilter {
  readonly kind: "or";
  readonly filters: readonly Filter[];
}

/** What a query text means. Made by `parseQuery`; printed by `printQuery`; turned into SQL by `compileFilter`. */
export type Filter =
  | AllFilter
  | WordFilter
  | PhraseFilter
  | FieldEqualsFilter
  | ComparisonFilter
  | RangeFilter
  | WildcardFilter
  | RegexFilter
  | ExistsFilter
  | LevelFilter
  | NotFilter
  | AndFilter
  | OrFilter;
