import { type StandardResult, type StandardSchema, TaffrailError } from "@taffrail/contracts";

type Issue = NonNullable<StandardResult["issues"]>[number];

function keyOf(segment: NonNullable<Issue["path"]>[number]): string {
  return String(typeof segment === "object" ? segment.key : segment);
}

function pathOf({ path = [] }: Issue): string {
  return path.length === 0 ? "options" : path.map(keyOf).join(".");
}

/**
 * Checks the options of a plugin's factory against its schema and gives them as the schema makes them (defaults filled in, unknown keys as it
 * decides). For factories to call first thing. Throws `option_invalid`, which names the path of the first option that is wrong and says what else
 * is; a schema that answers later cannot be used at set-up and is refused too.
 *
 * @example const { size } = checkPluginOptions<{ size: number }>("signing", schema, options);
 */
export function checkPluginOptions<T>(plugin: string, schema: StandardSchema, options: unknown): T {
  const result = schema["~standard"].validate(options);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new TaffrailError("option_invalid", {
      where: plugin,
      key: "options",
      reason: "their schema is asynchronous",
    });
  }
  const [first, ...others] = result.issues ?? [];
  if (first !== undefined) {
    const more = others.map((issue) => `; ${pathOf(issue)}: ${issue.message}`).join("");
    throw new TaffrailError("option_invalid", { where: plugin, key: pathOf(first), reason: first.message + more });
  }
  return (result as { readonly value: T }).value;
}
