const maxMembers = 32;
const maxMemberLength = 513;
/** The longest list that the specification allows, with a blank around each comma. */
const maxLength = maxMembers * (maxMemberLength + 3);
const keyPattern = /^[a-z0-9][a-z0-9_\-*/]{0,255}$|^[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}$/;
const valuePattern = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

function isMember(member: string): boolean {
  const equals = member.indexOf("=");
  return equals > 0 && keyPattern.test(member.slice(0, equals)) && valuePattern.test(member.slice(equals + 1));
}

/**
 * Reads a `tracestate` header: what tracing systems on the way keep for themselves, at most 32 members. Gives it back in its shortest form, to
 * be passed on unchanged, or "" when any part of it is not valid: the specification then wants the whole list discarded.
 *
 * @example parseTraceState("rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE") // "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"
 */
export function parseTraceState(text: string): string {
  if (text.length > maxLength) return "";
  const members = text
    .split(",")
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ""))
    .filter((member) => member !== "");
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf("="))));
  const isValid = members.length <= maxMembers && keys.size === members.length && members.every(isMember);
  return isValid ? members.join(",") : "";
}
