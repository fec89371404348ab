/** C0 controls but tab and newline, DEL, C1 controls, and the marks that reverse the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const dangerous = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Makes a record's text safe to show: whoever can write a log line must not be able to move the reader's cursor, set the window's title or fake other
 * lines. What would do that is shown as its escape.
 *
 * @example printable("a\u001b[2Jb") // "a\\u001b[2Jb"
 */
export function printable(text: string): string {
  return text.replace(dangerous, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
