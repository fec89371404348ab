import type { Plugin } from "./manifest.ts";

/** What is done with the value at a place. */
export type Verdict =
  | { readonly action: "keep" }
  /** A fixed text stands instead; the value is never read. */
  | { readonly action: "mask"; readonly text: string }
  /** The key does not appear. */
  | { readonly action: "drop" }
  /** The text that `apply` makes of the value stands instead (a hash, the last four digits). If it throws, the value is masked. */
  | { readonly action: "replace"; readonly apply: (value: unknown) => string };

/**
 * Keeps secrets out of records. `place` is asked once for each place that is met (the answer is remembered with the shape of the record), so it
 * must depend on the path alone. `text` sees every text that is written: messages, values, errors, stacks. It fails closed: what it throws on is
 * masked.
 */
export interface Redactor extends Plugin<"redactor"> {
  /** `path`: the names down to the value, in fields, bindings, context and errors alike; `*` stands for an item of a list, Set or Map. */
  place?(path: readonly string[]): Verdict;
  /** The text with its secrets masked; the same string when there are none. */
  text?(text: string): string;
}
