/**
 * Everything that a terminal or a line-based reader may take for a command: control characters but tab and line feed, line and paragraph
 * separators, marks that turn the direction of text, and halves of characters.
 */
const commands =
  /[^\t\n -~\u00a0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\u{10ffff}]/gu;

/** Names a character by its code: `\x1b`, `\u2028`. */
function nameOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/**
 * Text that shows what it holds and commands nothing; tabs and line feeds stay.
 *
 * @example visible("a\u001b[2Jb") // "a\\x1b[2Jb"
 */
export function visible(text: string): string {
  return text.replace(commands, nameOf);
}
