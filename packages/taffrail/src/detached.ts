const toldKey = Symbol.for("taffrail.detached.1");

/**
 * Warns that a method was called without its logger, which it needs: `promise.catch(log.error)`. Once in a process, however many copies of this
 * package it has, since such a call stands in a loop or a handler.
 *
 * @example tellDetached("error")
 */
export function tellDetached(method: string): void {
  const holder = process as { [toldKey]?: boolean };
  if (holder[toldKey] === true) return;
  holder[toldKey] = true;
  const remedy = `pass \`(...values) => log.${method}(...values)\` on, not \`log.${method}\` itself`;
  process.emitWarning(`${method} was called without its logger, so nothing is logged: ${remedy}`, {
    type: "TaffrailWarning",
    code: "TAFFRAIL_DETACHED_METHOD",
  });
}
