import { ownCopy } from "./text-cache.ts";

interface Known {
  readonly frames: string;
  readonly text: string;
}

/** Places of the cache; a power of two. */
const size = 64;
/** Frames that are longer are not remembered. */
const longest = 4096;
/** Characters of which the place is made. */
const samples = 8;

/**
 * Remembers what the frames of stacks become, together. A map would go over all characters of a stack to find it again, which takes longer than writing
 * it anew: here a few of them decide where it is looked for, and it is compared once.
 */
export class TraceCache {
  readonly #known: (Known | undefined)[] = new Array<Known | undefined>(size).fill(undefined);

  get(frames: string): string | undefined {
    const known = this.#known[placeOf(frames)];
    return known !== undefined && known.frames === frames ? known.text : undefined;
  }

  set(frames: string, text: string): void {
    if (frames.length <= longest) this.#known[placeOf(frames)] = { frames: ownCopy(frames), text: ownCopy(text) };
  }
}

function placeOf(frames: string): number {
  const step = frames.length / samples;
  let mixed = frames.length;
  for (let sample = 1; sample <= samples; sample++) {
    mixed = Math.imul(mixed, 31) + frames.charCodeAt(Math.floor(step * sample) - 2);
  }
  return mixed & (size - 1);
}
