import { limits } from "@taffrail/contracts";
import { daysPerInsert } from "./day-parts.ts";
import type { InsertFailure } from "./insert-failure.ts";
import type { InsertMode } from "./segment-store.ts";

/** What has happened to a segment so far in this process, and how it is to be sent next. */
export interface Trial {
  readonly mode: InsertMode;
  readonly daysPerInsert: number;
  readonly deaths: number;
  readonly refusals: number;
  readonly oversizes: number;
  readonly unknowns: number;
  /** Failures of a kind that passes, between which other segments were stored: what keeps only this one waiting may never pass. */
  readonly waits: number;
  /** Failures of any kind in a row; sets the pause. */
  readonly failures: number;
  /** Segments the committer had stored when this one first failed: progress since then means the fault is in this one. */
  readonly storedAtFirstFailure: number;
  readonly storedAtLastFailure: number;
}

/** `retry` after a pause; `divide`: look for the guilty frame in halves, or put it away when it is the only one. */
export type Verdict = { readonly do: "retry"; readonly pauseMs: number } | { readonly do: "divide" };

const pauseFirstMs = 250;
const pauseMaxMs = 30_000;
/** A single frame would be put away for a machine that is short of memory just now, so it gets this many times the chances: over a minute. */
const singlePatience = 5;
/** How often a segment may fail in each way before the fault is looked for inside it. */
const chances = { deaths: 2, refusals: 2, oversizes: 2, unknowns: 3 } as const;
/** What passes may take long: these waits are an hour of them at least. */
const waitsMax = 120;
/** Where little else comes in, waits are few; they are enough well before the journal takes in nothing more because of this segment's age. */
const waitsWhenOld = 3;
const oldMs = limits.journalAge.value / 2;
/** Pieces of a segment that waited in vain need so many waits of their own, not all of them again. */
const waitsOfPiece = 10;

/** `waits`: those of the segment that this one is a piece of. */
export function firstTrial(mode: InsertMode, waits = 0): Trial {
  return {
    mode,
    daysPerInsert,
    deaths: 0,
    refusals: 0,
    oversizes: 0,
    unknowns: 0,
    waits: Math.max(0, waits - waitsOfPiece),
    failures: 0,
    storedAtFirstFailure: 0,
    storedAtLastFailure: 0,
  };
}

function counted(trial: Trial, { type }: InsertFailure, storedSoFar: number): Trial {
  const othersStored = trial.failures > 0 && storedSoFar > trial.storedAtLastFailure;
  return {
    mode: "seq-check",
    daysPerInsert: type === "too-many-days" ? Math.max(1, Math.floor(trial.daysPerInsert / 7)) : trial.daysPerInsert,
    deaths: trial.deaths + (type === "engine-death" ? 1 : 0),
    refusals: trial.refusals + (type === "refused" ? 1 : 0),
    oversizes: trial.oversizes + (type === "too-big" ? 1 : 0),
    unknowns: trial.unknowns + (type === "unknown" || (type === "too-many-days" && trial.daysPerInsert === 1) ? 1 : 0),
    waits: trial.waits + (type === "waiting" && othersStored ? 1 : 0),
    failures: trial.failures + 1,
    storedAtFirstFailure: trial.failures === 0 ? storedSoFar : trial.storedAtFirstFailure,
    storedAtLastFailure: storedSoFar,
  };
}

/**
 * Decides what follows a failed insert. Deaths and refusals convict on their own, because such a frame would otherwise stop or crash the engine for ever
 * (the committer bounds how many in a row). Other failures convict a segment only when others were stored meanwhile: a fault of the whole store must
 * never empty the journal into quarantine. Of failures that pass by themselves only those count between which others were stored, and they need to be many,
 * or fewer when the segment (`ageMs`) is half as old as a waiting segment may get.
 *
 * @example afterFailure(trial, { type: "waiting", reason }, { storedSoFar: 7, frames: 1, ageMs: 0 }).verdict // { do: "retry", pauseMs: 250 }
 */
export function afterFailure(
  trial: Trial,
  failure: InsertFailure,
  { storedSoFar, frames, ageMs }: { readonly storedSoFar: number; readonly frames: number; readonly ageMs: number },
): { readonly trial: Trial; readonly verdict: Verdict } {
  const next = counted(trial, failure, storedSoFar);
  const othersWork = storedSoFar > next.storedAtFirstFailure;
  // Dividing after one refusal is cheap; the last frame gets a second chance.
  const refused = next.refusals >= (frames > 1 ? 1 : chances.refusals);
  const convicted = next.deaths >= chances.deaths || refused;
  const patience = frames > 1 ? 1 : singlePatience;
  const suspected = next.oversizes >= chances.oversizes * patience || next.unknowns >= chances.unknowns * patience;
  // Too large a segment is divided even when nothing else goes through; a single frame is put away only with evidence.
  const waitedInVain = next.waits >= (ageMs >= oldMs ? waitsWhenOld : waitsMax);
  const mayDivide =
    convicted || waitedInVain || (suspected && (othersWork || (frames > 1 && next.oversizes >= chances.oversizes)));
  if (mayDivide) return { trial: next, verdict: { do: "divide" } };
  const free = failure.type === "refused" || failure.type === "too-many-days";
  const pauseMs = free ? 0 : Math.min(pauseMaxMs, pauseFirstMs * 2 ** Math.min(next.failures - 1, 10));
  return { trial: next, verdict: { do: "retry", pauseMs } };
}
