type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Decides about colours: `NO_COLOR` (any value but empty) turns them off, `FORCE_COLOR` (any value but empty, `0` and `false`) turns them on,
 * otherwise a terminal has them unless it is `dumb`.
 *
 * @example wantsColours({ NO_COLOR: "1" }, true) // false
 */
export function wantsColours(env: Environment, terminal: boolean): boolean {
  const force = env.FORCE_COLOR;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return terminal && env.TERM !== "dumb";
}
