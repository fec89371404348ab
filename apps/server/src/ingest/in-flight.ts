import { TaffrailError } from "@taffrail/contracts";
import type { IngestInput } from "./ingest.ts";
import { readBody } from "./read-body.ts";

export interface InFlightOptions {
  /** Most bytes of one body, before and after decompression. */
  readonly bodyBytesMax: number;
  /** Most bytes of all bodies that are held at one moment. */
  readonly bytesMax: number;
}

/** The bodies that are being taken in at this moment; their bytes are bounded together. */
export interface InFlight {
  readonly bytes: number;
  /** Reads a body and holds its bytes while `use` runs. Rejects with the errors of `readBody`, `ingest_overloaded`, and those of `use`. */
  withBody<Result>(input: IngestInput, use: (body: Uint8Array) => Promise<Result>): Promise<Result>;
}

/** Bodies are taken in within moments, so a sender that is turned away may soon come again. */
const retryAfter = 1;

/**
 * Opens the account of bodies in flight.
 *
 * @example const inFlight = createInFlight({ bodyBytesMax, bytesMax }); await inFlight.withBody(input, takeIn);
 */
export function createInFlight(options: InFlightOptions): InFlight {
  const { bodyBytesMax, bytesMax } = options;
  let total = 0;
  return {
    get bytes(): number {
      return total;
    },
    async withBody(input, use) {
      let held = 0;
      const onBytes = (bytes: number): void => {
        if (total + bytes > bytesMax) throw new TaffrailError("ingest_overloaded", { limit: bytesMax, retryAfter });
        total += bytes;
        held += bytes;
      };
      try {
        return await use(await readBody(input, { bodyBytesMax, onBytes }));
      } finally {
        total -= held;
      }
    },
  };
}
