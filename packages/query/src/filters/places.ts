import { type Field, type KnownField, knownField } from "../field.ts";
import { sqlString } from "../sql.ts";

const maps = { attributes: "LogAttributes", resource: "ResourceAttributes", scope: "ScopeAttributes" } as const;
type MapPlace = keyof typeof maps;

/** A key of one map column. */
interface MapEntry {
  readonly map: (typeof maps)[MapPlace];
  readonly key: string;
  /** SQL of the value; the empty text when the key is absent. */
  readonly value: string;
  /** SQL of "the key is there". */
  readonly isPresent: string;
}

const entry = (place: MapPlace, key: string): MapEntry => ({
  map: maps[place],
  key,
  value: `${maps[place]}[${sqlString(key)}]`,
  isPresent: `mapContains(${maps[place]}, ${sqlString(key)})`,
});

/** Where a field's value may stand: in a column, or under a key of one or two maps. */
export type Places = { readonly column: KnownField } | { readonly entries: readonly MapEntry[] };

/** Looks up where a field's value may stand. */
export function placesOf(field: Field): Places {
  if (field.in === "column") {
    const column = knownField(field.name);
    if (column === undefined) throw new RangeError(`no such column field: ${field.name}`);
    return { column };
  }
  if (field.in !== "any") return { entries: [entry(field.in, field.key)] };
  return { entries: [entry("attributes", field.key), entry("resource", field.key)] };
}

/** Joins expressions by OR, in parentheses when there are several. */
export function anyOf(expressions: readonly string[]): string {
  return expressions.length === 1 ? (expressions[0] ?? "0") : `(${expressions.join(" OR ")})`;
}

/** An expression over a field's text, true only where the field is present. */
export function whereText(field: Field, predicate: (value: string) => string): string {
  const places = placesOf(field);
  if ("column" in places) return predicate(places.column.column);
  return anyOf(places.entries.map(({ isPresent, value }) => `(${isPresent} AND ${predicate(value)})`));
}
