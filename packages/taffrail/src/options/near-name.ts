/** Letters to change, add, drop or swap with the next to make one word the other; counted up to `most` + 1. */
function distance(left: string, right: string, most: number): number {
  if (Math.abs(left.length - right.length) > most) return most + 1;
  let before: readonly number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= right.length; to += 1) {
      const isSame = left[at - 1] === right[to - 1];
      const isSwapped = left[at - 1] === right[to - 2] && left[at - 2] === right[to - 1];
      const changed = (row[to - 1] ?? 0) + (isSame ? 0 : 1);
      const swapped = isSwapped ? (before[to - 2] ?? 0) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[right.length] ?? most + 1;
}

/**
 * The known name that a name is a typing error of, if any: at most two letters are wrong, and fewer than half.
 *
 * @example nearName("levle", ["level", "limits"]) // "level"
 */
export function nearName(name: string, known: readonly string[]): string | undefined {
  const most = Math.min(2, Math.floor((name.length - 1) / 2));
  const near = known.map((each) => [distance(name, each, most), each] as const).filter(([far]) => far <= most);
  return near.sort(([left], [right]) => left - right)[0]?.[1];
}
