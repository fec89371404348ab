import { TaffrailError } from "@taffrail/contracts";
import type { FastifySchemaCompiler } from "fastify";
import type { TObject, TSchema } from "typebox";
import { Compile } from "typebox/compile";

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** A choice fails with one fault for each option; the list of options says more. */
function reasonOf(fault: Fault, schema: TSchema): string {
  if (fault.keyword === "boolean") return "is unknown";
  const allowed = "enum" in schema && Array.isArray(schema.enum) ? schema.enum : undefined;
  return allowed ? `must be one of ${allowed.join(", ")}` : fault.message;
}

function parameterError(
  schema: TObject,
  faults: readonly Fault[],
  value: Readonly<Record<string, unknown>>,
): TaffrailError {
  const known = Object.keys(schema.properties);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return new TaffrailError("unknown_parameter", { name: unknown.slice(0, 100), known: known.join(", ") || "none" });
  }
  const fault = faults.find((candidate) => candidate.instancePath !== "") ?? faults[0];
  const missing = known.find((name) => (schema.required ?? []).includes(name) && value[name] === undefined);
  const name = missing ?? fault?.instancePath.slice(1) ?? "";
  const property: TSchema = schema.properties[name] ?? {};
  const most = "maximum" in property ? Number(property.maximum) : undefined;
  if (name === "limit" && most !== undefined && Number(value.limit) > most) {
    return new TaffrailError("limit_too_large", { value: Number(value.limit), limit: most });
  }
  const reason = missing !== undefined || !fault ? "it is missing" : reasonOf(fault, property);
  return new TaffrailError("invalid_parameter", { name, reason });
}

function bodyError(faults: readonly Fault[]): TaffrailError {
  const fault = faults.find((candidate) => candidate.instancePath !== "") ?? faults[0];
  const path = fault?.instancePath ? `body${fault.instancePath.replaceAll("/", ".")}` : "body";
  return new TaffrailError("validation_failed", { path, reason: fault ? reasonOf(fault, {}) : "is not valid" });
}

/** Text from a URL as the schema's type, where it is one; anything else stays as it is and fails the check. */
function fromText(property: TSchema | undefined, text: unknown): unknown {
  const type = property && "type" in property ? property.type : undefined;
  if (typeof text !== "string") return text;
  if (type === "integer") return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (type !== "boolean") return text;
  if (text === "" || text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : text;
}

/**
 * The validator of the routes' schemas: bodies are taken as they are, text from the URL is converted to the schema's types first. What is not
 * in the schema is refused, never dropped in silence. Faults are TaffrailErrors: `unknown_parameter`, `invalid_parameter`, `limit_too_large`,
 * `validation_failed`.
 *
 * @example app.setValidatorCompiler(compileValidator)
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  if (httpPart === "body") {
    return (value: unknown) => (check.Check(value) ? { value } : { error: bodyError(check.Errors(value) as Fault[]) });
  }
  return (text: unknown) => {
    const { properties } = schema as TObject;
    const entries = Object.entries(text as object).map(([name, part]) => [name, fromText(properties[name], part)]);
    const value: Readonly<Record<string, unknown>> = Object.fromEntries(entries);
    if (check.Check(value)) return { value };
    const faults = check.Errors(value) as Fault[];
    return { error: parameterError(schema as TObject, faults, value) };
  };
};
