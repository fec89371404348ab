import { limits, TaffrailError } from "@taffrail/contracts";
import type { ContainerLine } from "./dialects/cri.ts";

/** Joins the parts that a container runtime cut a long line into; each stream (stdout, stderr) has its own. */
export interface PartJoiner {
  /**
   * Takes a part; answers the whole line when it was the last, undefined while more must come.
   * Throws TaffrailError `record_too_large` once for a line that grows beyond the limit of a record; its later parts vanish.
   */
  add(line: ContainerLine): ContainerLine | undefined;
  /** Lines whose last part never came; forgets them. */
  flush(): readonly ContainerLine[];
}

interface Pending {
  readonly first: ContainerLine;
  readonly texts: string[];
  bytes: number;
  refused: boolean;
}

/**
 * Makes a joiner. The time of a joined line is that of its first part.
 *
 * @example createPartJoiner().add({ time: "1", stream: "stdout", text: "whole", partial: false })?.text // "whole"
 */
export function createPartJoiner(): PartJoiner {
  const streams = new Map<string, Pending>();
  const limit = limits.recordLine.value;

  function append(pending: Pending, line: ContainerLine): void {
    pending.bytes += Buffer.byteLength(line.text);
    if (pending.refused) return;
    pending.texts.push(line.text);
    if (pending.bytes <= limit) return;
    pending.refused = true;
    pending.texts.length = 0;
    throw new TaffrailError("record_too_large", { size: pending.bytes, limit });
  }

  const whole = ({ first, texts }: Pending): ContainerLine => ({ ...first, text: texts.join(""), partial: false });

  return {
    add(line): ContainerLine | undefined {
      const pending = streams.get(line.stream);
      if (!pending && !line.partial) return line;
      const held = pending ?? { first: line, texts: [], bytes: 0, refused: false };
      if (line.partial) streams.set(line.stream, held);
      else streams.delete(line.stream);
      append(held, line);
      return line.partial || held.refused ? undefined : whole(held);
    },
    flush(): readonly ContainerLine[] {
      const open = [...streams.values()].filter(({ refused }) => !refused).map(whole);
      streams.clear();
      return open;
    },
  };
}
