import { types } from "node:util";

const objectPrototype: object = Object.prototype;

/** True for what a literal makes (and for objects without a prototype). Never throws, whatever a proxy does. */
export function isPlain(value: object): boolean {
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === objectPrototype || prototype === null;
  } catch {
    return false;
  }
}

/** True when somebody gave all objects of the process fields: then no loop over keys can be trusted. */
export function isPolluted(): boolean {
  for (const _ in objectPrototype) return true;
  return false;
}

/** True for errors of this and of any other realm (vm contexts, test runners). Never throws. */
export function isError(value: object): value is Error {
  try {
    return value instanceof Error || types.isNativeError(value);
  } catch {
    return false;
  }
}

/** True for arrays. Never throws, as `Array.isArray` does for a proxy that was revoked. */
export function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
