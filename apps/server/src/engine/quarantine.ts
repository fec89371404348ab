/** How often a shape of query must end the engine before it is refused, and for how long it is remembered and refused. Milliseconds. */
const quarantineDeaths = 2;
export const quarantineMs = 10 * 60_000;

/** Shapes kept at most; beyond it the oldest is forgotten. */
const shapesMax = 1000;

export interface Quarantine {
  /** Until when (milliseconds since 1970) the shape is refused; undefined when it is not. */
  refusedUntil(fingerprint: string): number | undefined;
  /** A shape that ended the engine once lately: it should not run beside another such, so that the next death names one. */
  suspected(fingerprint: string): boolean;
  /** Notes the shapes that were running when the engine died. */
  blame(fingerprints: readonly string[]): void;
}

/**
 * Remembers which shapes of query ran when the engine died. When suspects were among them only they are blamed: the others ran beside a known
 * risk. After two deaths a shape is refused for ten minutes.
 *
 * @example
 * const quarantine = createQuarantine(() => clock.now());
 * quarantine.blame(["select-by-regex"]);
 */
export function createQuarantine(now: () => number): Quarantine {
  const shapes = new Map<string, { deaths: number; lastAt: number }>();
  const live = (fingerprint: string): { deaths: number; lastAt: number } | undefined => {
    const shape = shapes.get(fingerprint);
    if (shape === undefined || now() < shape.lastAt + quarantineMs) return shape;
    shapes.delete(fingerprint);
    return undefined;
  };
  return {
    refusedUntil(fingerprint): number | undefined {
      const shape = live(fingerprint);
      return shape !== undefined && shape.deaths >= quarantineDeaths ? shape.lastAt + quarantineMs : undefined;
    },
    suspected: (fingerprint) => live(fingerprint) !== undefined,
    blame(fingerprints): void {
      const distinct = [...new Set(fingerprints)];
      const suspects = distinct.filter((fingerprint) => live(fingerprint) !== undefined);
      for (const fingerprint of suspects.length > 0 ? suspects : distinct) {
        const deaths = (live(fingerprint)?.deaths ?? 0) + 1;
        shapes.delete(fingerprint);
        shapes.set(fingerprint, { deaths, lastAt: now() });
      }
      for (const oldest of shapes.keys()) {
        if (shapes.size <= shapesMax) break;
        shapes.delete(oldest);
      }
    },
  };
}
