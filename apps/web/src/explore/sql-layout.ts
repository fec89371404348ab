/** Clauses that start a line of their own, and conditions that start an indented one. */
const lineStart = /^(FROM|WHERE|PREWHERE|GROUP BY|HAVING|ORDER BY|LIMIT|SETTINGS|UNION ALL)\b/;
const indentedStart = /^(AND|OR)\b/;

/** The index behind a text in quotes that starts at `from`. */
function quoteEnd(sql: string, from: number): number {
  const quote = sql[from];
  for (let at = from + 1; at < sql.length; at++) {
    if (sql[at] === "\\") at++;
    else if (sql[at] === quote) return at + 1;
  }
  return sql.length;
}

/**
 * Breaks a statement into lines at its outer clauses, for reading. Only blanks between words change; quoted texts and what stands in brackets stay.
 *
 * @example layoutSql("SELECT a FROM t WHERE x = 'FROM' AND (y OR z)") // "SELECT a\nFROM t\nWHERE x = 'FROM'\n  AND (y OR z)"
 */
export function layoutSql(sql: string): string {
  let out = "";
  let depth = 0;
  let at = 0;
  while (at < sql.length) {
    const character = sql[at] ?? "";
    const rest = sql.slice(at + 1, at + 16);
    if (character === "'" || character === '"' || character === "`") {
      const end = quoteEnd(sql, at);
      out += sql.slice(at, end);
      at = end;
      continue;
    }
    if (character === "(") depth++;
    if (character === ")") depth--;
    const breaks = character === " " && depth === 0;
    if (breaks && lineStart.test(rest)) out += "\n";
    else if (breaks && indentedStart.test(rest)) out += "\n  ";
    else out += character;
    at++;
  }
  return out;
}
