import { format } from "node:util";

const placeholder = /%[sdifjoOc%]/g;

/**
 * A message with placeholders (`%s %d %i %f %j %o %O`, as pino and util.format have them) filled in, and the arguments that none of them takes.
 * Objects are shown as JSON, also for `%o`.
 *
 * @example formatMessage("user %s", ["ann", 7]) // { message: "user ann", rest: [7] }
 */
export function formatMessage(
  message: string,
  args: readonly unknown[],
): { readonly message: string; readonly rest: readonly unknown[] } {
  if (args.length === 0 || !message.includes("%")) return { message, rest: args };
  const taken = [...message.matchAll(placeholder)].filter(([found]) => found !== "%%").length;
  if (taken === 0) return { message, rest: args };
  const template = message.replace(/%%|%[oO]/g, (found) => (found === "%%" ? found : "%j"));
  return { message: format(template, ...args.slice(0, taken)), rest: args.slice(taken) };
}
