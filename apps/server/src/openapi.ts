import { catalogue, type ErrorCode } from "@taffrail/contracts";
import type { TObject, TSchema } from "typebox";
import type { RouteDefinition } from "./api/route.ts";
import { routes } from "./api/routes/table.ts";
import { ErrorAnswer } from "./api/schemas.ts";

type Json = { readonly [key: string]: unknown };

const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** TypeBox writes a map as one catch-all pattern; the OpenAPI word for it is `additionalProperties`. */
function plainMap(schema: Json): Json {
  const patterns = schema.patternProperties;
  if (!isRecord(patterns)) return schema;
  const { patternProperties: _, ...rest } = schema;
  return { ...rest, additionalProperties: Object.values(patterns)[0] };
}

/** Copies a schema, leaving named ones behind as references and collecting them in `named`. */
function describe(schema: unknown, named: Map<string, unknown>): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => describe(entry, named));
  if (!isRecord(schema)) return schema;
  const { $id: name, ...rest } = schema;
  const copy = (): Json =>
    Object.fromEntries(Object.entries(plainMap(rest)).map(([key, value]) => [key, describe(value, named)]));
  if (typeof name !== "string") return copy();
  if (!named.has(name)) {
    named.set(name, undefined);
    named.set(name, copy());
  }
  return { $ref: `#/components/schemas/${name}` };
}

function parameters(place: "path" | "query", schema: TObject | undefined, named: Map<string, unknown>): Json[] {
  if (!schema) return [];
  const required: readonly string[] = schema.required ?? [];
  return Object.entries(schema.properties).map(([name, property]) => {
    const { description, ...bare } = describe(property, named) as Json;
    const told = description === undefined ? {} : { description };
    return { name, in: place, required: required.includes(name), ...told, schema: bare };
  });
}

function requestBody(route: RouteDefinition, named: Map<string, unknown>): Json {
  const bytes = { schema: { type: "string", format: "binary" } };
  const content = route.rawBody
    ? Object.fromEntries(route.rawBody.map((media) => [media, bytes]))
    : route.body && { "application/json": { schema: describe(route.body, named) } };
  return content ? { requestBody: { required: true, content } } : {};
}

function errorResponses(route: RouteDefinition, named: Map<string, unknown>): Json {
  const always: readonly ErrorCode[] = ["unknown_parameter", "foreign_origin", "foreign_host", "internal"];
  const byStatus = new Map<number, Set<string>>();
  for (const code of [...always, ...(route.errors ?? [])]) {
    const status = catalogue[code].status;
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const schema = describe(ErrorAnswer as TSchema, named);
  const entries = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    entries.map(([status, codes]) => [
      String(status),
      { description: [...codes].sort().join(", "), content: { "application/json": { schema } } },
    ]),
  );
}

function operation(route: RouteDefinition, named: Map<string, unknown>): Json {
  const list = [...parameters("path", route.params, named), ...parameters("query", route.querystring, named)];
  const schema = describe(route.response, named);
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(list.length > 0 ? { parameters: list } : {}),
    ...requestBody(route, named),
    responses: {
      "200": { description: "The answer.", content: { [route.media ?? "application/json"]: { schema } } },
      ...errorResponses(route, named),
    },
    "x-taffrail-action": route.action,
    "x-taffrail-resource": route.resource,
    ...(route.client === false ? { "x-taffrail-client": false } : {}),
  };
}

/**
 * The OpenAPI 3.1 description of the whole API, made from the route table alone: the same input gives the same bytes.
 *
 * @example JSON.stringify(openapiDocument("0.1.0"), null, 2)
 */
export function openapiDocument(version: string): Json {
  const named = new Map<string, unknown>();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of Object.values<RouteDefinition>(routes)) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operation(route, named);
    paths[route.path] = path;
  }
  const sorted = [...named].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    openapi: "3.1.0",
    info: {
      title: "Taffrail",
      version,
      description:
        "The HTTP API of a Taffrail server. Every error is `{error: ErrorBody}`; unknown query parameters are refused.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://127.0.0.1:4318" }],
    paths,
    components: { schemas: Object.fromEntries(sorted) },
  };
}
