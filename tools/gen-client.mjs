// @ts-check
/** Writes packages/client/src/generated from docs/reference/openapi.json. `--check` only compares. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

/** @typedef {{ [key: string]: any }} Json */

const root = new URL("..", import.meta.url);
const folder = new URL("packages/client/src/generated/", root);
const header = "// Generated from docs/reference/openapi.json by tools/gen-client.mjs. Do not edit.\n";

/** @param {string} text */
const pascal = (text) => text.charAt(0).toUpperCase() + text.slice(1);
/** @param {string} name */
const keyOf = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
/** @param {string} indent @param {string | undefined} text */
const docOf = (indent, text) => (text ? `${indent}/** ${text.replaceAll("*/", "*\\/")} */\n` : "");
/** @param {Json} schema */
const refOf = (schema) => (typeof schema.$ref === "string" ? schema.$ref.split("/").at(-1) : undefined);

/** @param {Json} schema @param {string} indent @returns {string} */
function objectType(schema, indent) {
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const doc = docOf(`${indent}  `, property.description);
    return `${doc}${indent}  readonly ${keyOf(name)}${required.has(name) ? "" : "?"}: ${typeOf(property, `${indent}  `)};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

/** @param {Json} schema @param {string} [indent] @returns {string} */
function typeOf(schema, indent = "") {
  const ref = refOf(schema);
  if (ref) return ref;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((/** @type {unknown} */ value) => JSON.stringify(value)).join(" | ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map((/** @type {Json} */ option) => typeOf(option, indent)).join(" | ");
  if (schema.type === "array") {
    const item = typeOf(schema.items, indent);
    return `readonly ${item.includes(" ") ? `(${item})` : item}[]`;
  }
  if (schema.type === "object" && schema.properties) return objectType(schema, indent);
  if (schema.type === "object") return `Readonly<Record<string, ${typeOf(schema.additionalProperties ?? {}, indent)}>>`;
  const plain = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };
  return plain[/** @type {keyof typeof plain} */ (schema.type)] ?? "unknown";
}

/** @param {Json} components */
function typesFile(components) {
  const parts = Object.entries(components).map(([name, schema]) => {
    const doc = docOf("", schema.description);
    if (schema.type === "object" && schema.properties)
      return `${doc}export interface ${name} ${objectType(schema, "")}\n`;
    return `${doc}export type ${name} = ${typeOf(schema)};\n`;
  });
  return `${header}\n${parts.join("\n")}`;
}

/** @param {Json} document */
function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation["x-taffrail-client"] !== false)
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

/** @param {Json} operation @param {Json} components */
function paramsType(operation, components) {
  const fields = (operation.parameters ?? []).map((/** @type {Json} */ parameter) => ({
    name: parameter.name,
    required: parameter.required,
    doc: parameter.description,
    type: typeOf(parameter.schema, "  "),
  }));
  const content = operation.requestBody?.content ?? {};
  if (content["application/json"] && !content["application/x-ndjson"]) {
    const schema = components[refOf(content["application/json"].schema) ?? ""];
    const required = new Set(schema.required ?? []);
    for (const [name, property] of Object.entries(schema.properties)) {
      fields.push({ name, required: required.has(name), doc: property.description, type: typeOf(property, "  ") });
    }
  } else if (Object.keys(content).length > 0) {
    const doc = "The body as it goes over the wire; name its encoding and type in the options' headers.";
    fields.push({ name: "body", required: true, doc, type: "string | Uint8Array<ArrayBuffer>" });
  }
  return fields;
}

/** @param {Json} operation @param {string} method @param {string} path @param {Json} components */
function describe(operation, method, path, components) {
  const place = (/** @type {string} */ where) =>
    (operation.parameters ?? [])
      .filter((/** @type {Json} */ p) => p.in === where)
      .map((/** @type {Json} */ p) => p.name);
  const content = Object.keys(operation.requestBody?.content ?? {});
  const json = content[0] === "application/json";
  const body = json ? components[refOf(operation.requestBody.content["application/json"].schema) ?? ""] : undefined;
  return {
    method,
    path,
    query: place("query"),
    ...(body ? { json: Object.keys(body.properties) } : {}),
    ...(content.length > 0 && !json ? { raw: content[0] } : {}),
  };
}

/** @param {Json} found @param {Json} components */
function renderOperation({ path, method, operation }, components) {
  const id = operation.operationId;
  const [media, answer] = Object.entries(operation.responses["200"].content)[0] ?? [];
  const result = typeOf(answer.schema);
  const stream = media === "text/event-stream";
  const fields = paramsType(operation, components);
  const name = `${pascal(id)}Params`;
  const lines = fields.map(
    (/** @type {Json} */ f) =>
      `${docOf("  ", f.doc)}  readonly ${keyOf(f.name)}${f.required ? `: ${f.type}` : `?: ${f.type} | undefined`};\n`,
  );
  const optional = !fields.some((/** @type {Json} */ f) => f.required);
  const params = lines.length > 0 ? name : "NoParams";
  const type = stream ? `AsyncIterable<${result} | StreamLost>` : `Promise<${result}>`;
  const spec = JSON.stringify(describe(operation, method, path, components));
  const words =
    [result, ...fields.map((/** @type {Json} */ f) => String(f.type))].join(" ").match(/\b[A-Z]\w+\b/g) ?? [];
  return {
    used: words.filter((word) => components[word]),
    params: lines.length > 0 ? `export interface ${name} {\n${lines.join("")}}\n` : "",
    member: `${docOf("  ", `${operation.summary} \`${method} ${path}\``)}  ${id}(params${optional ? "?" : ""}: ${params}, options?: RequestOptions): ${type};\n`,
    binding: `    ${id}: (params, options) => transport.${stream ? "stream" : "call"}(${spec}, params ?? {}, options),\n`,
  };
}

/** @param {Json} document */
function operationsFile(document) {
  const all = operationsOf(document).map((found) => renderOperation(found, document.components.schemas));
  const used = [...new Set(all.flatMap((one) => one.used))].sort();
  return [
    header,
    `import type { StreamLost } from "../follow-stream.ts";\nimport type { RequestOptions, Transport } from "../transport.ts";\n`,
    `import type {\n${used.map((name) => `  ${name},\n`).join("")}} from "./types.ts";\n\n`,
    "/** For operations without parameters. */\nexport type NoParams = Readonly<Record<string, never>>;\n\n",
    all
      .map((one) => one.params)
      .filter(Boolean)
      .join("\n"),
    `\n/** One method per operation of the API. Each rejects with a TaffrailError; an abort rejects with the signal's reason. */\n`,
    `export interface Operations {\n${all.map((one) => one.member).join("\n")}}\n`,
    `\n/** Binds every operation to a transport. */\nexport function bindOperations(transport: Transport): Operations {\n  return {\n`,
    all.map((one) => one.binding).join(""),
    "  };\n}\n",
  ].join("");
}

const document = JSON.parse(readFileSync(new URL("docs/reference/openapi.json", root), "utf8"));
const files = { "types.ts": typesFile(document.components.schemas), "operations.ts": operationsFile(document) };
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const target = new URL(name, folder);
  if (!process.argv.includes("--check")) {
    writeFileSync(target, text);
  } else if (readFileSync(target, "utf8") !== text) {
    process.stderr.write(`packages/client/src/generated/${name} is stale: run \`npm run gen\`\n`);
    process.exitCode = 1;
  }
}
