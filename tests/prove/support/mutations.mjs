// @ts-check

const plugins = ["plugins/plugins-in-logger.test.ts"];
const chain = ["plugins/caller-chain.test.ts", "plugins/plugin-guard.test.ts", "plugins/processor-chain.test.ts"];

/**
 * Faults that somebody could write, and the tests that must notice.
 * @type {readonly import("./mutate.mjs").Mutation[]}
 */
export const mutations = [
  {
    stage: "plugins",
    title: "a filter that fails closed lets its records through",
    file: "plugins/caller-chain.ts",
    find: '    if (!this.#guard.failsClosed) return "keep";',
    replace: '    if (this.#guard.name !== "") return "keep";',
    tests: plugins,
  },
  {
    stage: "plugins",
    title: "the failure of an enricher that fails closed is forgotten",
    file: "plugins/caller-chain.ts",
    find: "if (fields === failed) this.#enricherFailed = true;",
    replace: "if (fields === failed) this.#enricherFailed = false;",
    tests: chain,
  },
  {
    stage: "plugins",
    title: "a plugin that keeps failing is never left alone",
    file: "plugins/plugin-guard.ts",
    find: "const failuresInRow = 20;",
    replace: "const failuresInRow = 20_000;",
    tests: chain,
  },
  {
    stage: "plugins",
    title: "a plugin that was left alone never comes back",
    file: "plugins/plugin-guard.ts",
    find: "return this.#clock.monotonic() >= this.#probeAt;",
    replace: "return this.#clock.monotonic() < 0;",
    tests: chain,
  },
  {
    stage: "plugins",
    title: "a redactor that could not start is used all the same",
    file: "plugins/guarded-redactor.ts",
    find: "if (guard.halted !== undefined) throw",
    replace: "if (guard.calls < 0) throw",
    tests: ["plugins/plugin-host.test.ts"],
  },
  {
    stage: "plugins",
    title: "another version of the contract is taken",
    file: "plugins/check-plugin.ts",
    find: "if (apiVersion !== pluginApiVersion) {",
    replace: "if (apiVersion === undefined) {",
    tests: ["plugins/check-plugin.test.ts"],
  },
  {
    stage: "plugins",
    title: "a processor that fails closed filters instead of dropping",
    file: "plugins/processor-chain.ts",
    find: "          failed = true;",
    replace: "          failed = false;",
    tests: plugins,
  },
  {
    stage: "valves",
    title: "sampling decides for each record instead of each trace",
    file: "valves/sampling-filter.ts",
    find: "      return lastPlace;\n    }\n    if (context",
    replace: "      return random();\n    }\n    if (context",
    tests: ["valves/sampling-filter.test.ts"],
  },
  {
    stage: "valves",
    title: "the rate limit forgets what it held back when it tells",
    file: "valves/rate-limit-filter.ts",
    find: "      held += 1;",
    replace: "      held = 1;",
    tests: ["valves/rate-limit-filter.test.ts"],
  },
  {
    stage: "valves",
    title: "a window of dedupe that makes room is not told of",
    file: "valves/dedupe-filter.ts",
    find: "if (oldest !== undefined) end(...oldest);",
    replace: "if (oldest !== undefined) windows.delete(oldest[0]);",
    tests: ["valves/dedupe-filter.test.ts"],
  },
  {
    stage: "valves",
    title: "lines that a request held back vanish uncounted at its end",
    file: "valves/fingers-crossed.ts",
    find: "if (length > 0) this.#effects.filtered(length);",
    replace: "if (length < 0) this.#effects.filtered(length);",
    tests: ["valves/fingers-crossed.test.ts"],
  },
  {
    stage: "valves",
    title: "held lines are let go newest first",
    file: "valves/waiting-lines.ts",
    find: "const lines = this.#lines.slice(this.#head);",
    replace: "const lines = this.#lines.slice(this.#head).reverse();",
    tests: ["valves/fingers-crossed.test.ts"],
  },
];
