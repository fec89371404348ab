// @ts-check

/** Prints rows with columns of equal width; the first column is text, the others are right-aligned. @param {readonly (readonly (string | number)[])[]} rows */
export function printTable(rows) {
  const texts = rows.map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...texts.map((row) => (row[column] ?? "").length)));
  for (const row of texts) {
    const cells = row.map((text, column) =>
      column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
    );
    console.log(cells.join("  ").trimEnd());
  }
}
