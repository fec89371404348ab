export { addTerm, type TermMode } from "./add-term.ts";
export { type CompiledFilter, compileFilter, maskedField } from "./compile-filter.ts";
export { type Field, fieldName, type KnownField, knownField, knownFields, resolveField } from "./field.ts";
export type { Filter } from "./filter.ts";
export { nearest } from "./nearest.ts";
export { type ParsedQuery, parseQuery, type QueryError } from "./parse-query.ts";
export { printQuery } from "./print-query.ts";
export { sqlString } from "./sql.ts";
export { type QueryToken, tokens } from "./tokens.ts";
