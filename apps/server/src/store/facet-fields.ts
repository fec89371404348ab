import { TaffrailError } from "@taffrail/contracts";
import { type Field, fieldName, knownField, resolveField, sqlString } from "@taffrail/query";
import type { Scope } from "../access/scope.ts";
import { levelIndex } from "./log-counts.ts";
import { isMasked } from "./log-view.ts";

/** A field whose values are counted. `value` is an SQL expression of text; an empty text means that the record does not have the field. */
export interface FacetField {
  readonly name: string;
  readonly value: string;
  /** A column is cheap to read whole; keys of a map are not. */
  readonly isColumn: boolean;
}

function columnValue(name: string): string {
  const known = knownField(name);
  if (known === undefined) throw new Error(`${name} is no built-in field`);
  // Levels are counted by their index in the list of levels and named afterwards.
  return known.type === "level" ? `toString(${levelIndex})` : `toString(${known.column})`;
}

function keyValue(field: Exclude<Field, { readonly in: "column" }>): string {
  const key = sqlString(field.key);
  const inMap = (map: string): string => `${map}[${key}]`;
  if (field.in === "attributes") return inMap("LogAttributes");
  if (field.in === "resource") return inMap("ResourceAttributes");
  if (field.in === "scope") return inMap("ScopeAttributes");
  return `if(mapContains(LogAttributes, ${key}), ${inMap("LogAttributes")}, ${inMap("ResourceAttributes")})`;
}

const keyOf = (field: Field): string => (field.in === "column" ? field.name : field.key);

/**
 * Reads the names of fields to count.
 *
 * @throws `query_field_masked` for a field whose values the scope may not see
 * @example facetFields(scope, ["level", "http.route"])
 */
export function facetFields(scope: Scope, names: readonly string[]): readonly FacetField[] {
  return names.map((name) => {
    const field = resolveField(name);
    if (isMasked(keyOf(field), scope.maskedFields)) throw new TaffrailError("query_field_masked", { field: name });
    const isColumn = field.in === "column";
    return { name, value: field.in === "column" ? columnValue(field.name) : keyValue(field), isColumn };
  });
}

/** A key as the query for the commonest keys counts it. */
export interface SeenKey {
  readonly key: string;
  readonly place: "attributes" | "resource";
  readonly records: number;
  readonly distinct: number;
}

const attributeKeysMax = 8;
const resourceKeysMax = 4;
/** Facets of nearly unique values help nobody; so few values are always worth showing. */
const fewValues = 50;
const repeatsEach = 10;

const worthShowing = (seen: SeenKey): boolean =>
  seen.distinct <= Math.max(fewValues, seen.records / repeatsEach) && !seen.key.startsWith("telemetry.");

/**
 * Chooses the facets to show when nobody asked for particular ones: level, service, the commonest keys whose values repeat.
 *
 * @example automaticFacets(scope, seen) // ["level", "service", "http.route"]
 */
export function automaticFacets(scope: Scope, seen: readonly SeenKey[]): readonly string[] {
  const useful = seen.filter((key) => worthShowing(key) && key.key !== "");
  const attributes = useful.filter((key) => key.place === "attributes").slice(0, attributeKeysMax);
  const known = new Set(["service.name", ...attributes.map((key) => key.key)]);
  const resources = useful
    .filter((key) => key.place === "resource" && key.distinct > 1 && !known.has(key.key))
    .slice(0, resourceKeysMax);
  const keys = [...attributes, ...resources].map(({ key }) => fieldName({ in: "any", key }));
  return ["level", "service", ...keys].filter((name) => !isMasked(keyOf(resolveField(name)), scope.maskedFields));
}
