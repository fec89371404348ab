const encoded = /(?:%[0-9A-Fa-f]{2})+/g;
const mostTurns = 3;
const escaped = /\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})/g;
const space = /\s/;

/** Bytes that are no UTF-8 are taken one by one. */
function decodeBytes(bytes: string): string {
  try {
    return decodeURIComponent(bytes);
  } catch {
    return bytes.replace(/%(..)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  }
}

/**
 * Undoes URL encoding, also where it was done twice or three times.
 *
 * @example decodePercent("a%2540b") // "a@b"
 */
export function decodePercent(text: string): string {
  let decoded = text;
  for (let turn = 0; turn < mostTurns && decoded.includes("%"); turn++) decoded = decoded.replace(encoded, decodeBytes);
  return decoded;
}

/**
 * Undoes the escapes of JSON and JavaScript texts that stand for characters by their number.
 *
 * @example decodeUnicodeEscapes("\\u0061") // "a"
 */
export function decodeUnicodeEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(escaped, (_, four: string | undefined, two: string | undefined) =>
    String.fromCharCode(Number.parseInt(four ?? two ?? "", 16)),
  );
}

/**
 * Puts what `change` makes of it in the place of each run of characters without spaces in which a percent sign stands.
 *
 * @example percentRuns("a b%20c d", (run) => `<${run}>`) // "a <b%20c> d"
 */
export function percentRuns(text: string, change: (run: string) => string): string {
  let result = "";
  let done = 0;
  for (let at = text.indexOf("%"); at !== -1; at = text.indexOf("%", done)) {
    let start = at;
    while (start > done && !space.test(text.charAt(start - 1))) start -= 1;
    let end = at;
    while (end < text.length && !space.test(text.charAt(end))) end += 1;
    result += text.slice(done, start) + change(text.slice(start, end));
    done = end;
  }
  return result + text.slice(done);
}
