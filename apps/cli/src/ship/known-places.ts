import type { KnownPlaces } from "./open-file.ts";
import type { Place } from "./place.ts";
import type { FileIdentity } from "./place-store.ts";

/** Known places that grow while files are shipped. */
export interface PlaceBook extends KnownPlaces {
  note(place: Place): void;
  /** Takes a place that another process reached. */
  learn(place: Place): void;
  /** Whether a place was noted in this run, and not only kept from an earlier one. */
  isOwn(identity: FileIdentity): boolean;
  /** A content was cut away after it had been read to this place. */
  retire(place: Place): void;
}

/** Contents that were cut away and may still turn up as copies; older ones are forgotten. */
const retiredMax = 256;

/** A file's identity as one word. */
export const identityKey = ({ device, inode }: FileIdentity): string => `${device}-${inode}`;

/** Makes the book from the places that were kept. */
export function createPlaceBook(kept: readonly Place[]): PlaceBook {
  const places = new Map(kept.map((place) => [identityKey(place), place]));
  const own = new Set<string>();
  const retired: Place[] = [];
  return {
    byIdentity: (identity) => places.get(identityKey(identity)),
    all: () => places.values(),
    retired: () => retired,
    note(place) {
      places.set(identityKey(place), place);
      own.add(identityKey(place));
    },
    learn: (place) => void places.set(identityKey(place), place),
    isOwn: (identity) => own.has(identityKey(identity)),
    retire(place) {
      retired.push(place);
      if (retired.length > retiredMax) retired.shift();
    },
  };
}
