import { limits } from "@taffrail/contracts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** A difference between two clocks beyond this is a jump. Milliseconds. */
const clockToleranceMs = hourMs;
/** The clock must have kept pace for this long after an absence: nearly the time from one run to the next. Milliseconds. */
const steadyMsMin = 55 * 60_000;
/** Beyond this an absence does not heal by itself: by such a clock a month of records would go at once. Milliseconds. */
const absenceMsMax = 31 * dayMs;

/** What shares a day and a retention: the unit that is dropped. */
export interface Partition {
  readonly id: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly retentionDays: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Days that may not be dropped, both ends included. `YYYY-MM-DD`, UTC. */
export interface HeldDays {
  readonly fromDay: string;
  readonly toDay: string;
}

/**
 * Partitions of which every record is past its retention at that time (milliseconds since 1970), parted by whether a hold keeps them.
 *
 * @example decideRetention(partitions, [{ fromDay: "2026-10-01", toDay: "2026-10-02" }], Date.now())
 */
export function decideRetention(
  partitions: readonly Partition[],
  holds: readonly HeldDays[],
  nowMs: number,
): { readonly drop: readonly Partition[]; readonly held: readonly Partition[] } {
  const past = partitions.filter(
    ({ day, retentionDays }) => Date.parse(`${day}T00:00:00Z`) + (retentionDays + 1) * dayMs <= nowMs,
  );
  const isHeld = ({ day }: Partition): boolean => holds.some((hold) => hold.fromDay <= day && day <= hold.toDay);
  return { drop: past.filter((partition) => !isHeld(partition)), held: past.filter(isHeld) };
}

/** Both clocks, read at the same moment. Milliseconds. */
export interface ClockReading {
  /** Since 1970; may jump. */
  readonly wallMs: number;
  /** From an arbitrary start; never jumps, and stands still while the machine sleeps. */
  readonly monotonicMs: number;
}

const driftBetween = (earlier: ClockReading, later: ClockReading): number =>
  later.wallMs - earlier.wallMs - (later.monotonicMs - earlier.monotonicMs);

/**
 * Since when the wall clock keeps pace with the monotonic clock: the reading given, or this one when the clock jumped between them.
 *
 * @example since = steadySince(since, { wallMs: clock.now(), monotonicMs: clock.monotonic() });
 */
export function steadySince(since: ClockReading, now: ClockReading): ClockReading {
  return Math.abs(driftBetween(since, now)) > clockToleranceMs ? now : since;
}

/** What the wall clock is held against before anything is dropped. All in milliseconds; times since 1970. */
export interface ClockEvidence {
  readonly now: ClockReading;
  /** The clocks when they were last trusted in this process. */
  readonly trusted: ClockReading;
  /** By `steadySince`. */
  readonly steady: ClockReading;
  /** When the last run was, and how often runs are due; absent when there was none. */
  readonly lastRun: { readonly atMs: number; readonly everyMs: number } | undefined;
  /** Time of the newest record; absent when there is none. */
  readonly newestMs: number | undefined;
}

/** Why the clock is in doubt, and by how much. Milliseconds. */
interface Doubt {
  readonly byMs: number;
  readonly reason: string;
}

const hours = (milliseconds: number): string => `${(Math.abs(milliseconds) / hourMs).toFixed(1)} hours`;

/** A clock that went back, or went back to where it was: time alone proves nothing here. */
function backward({ now, trusted, lastRun, newestMs }: ClockEvidence): string | undefined {
  const drift = driftBetween(trusted, now);
  if (drift < -clockToleranceMs) return `the clock went back by ${hours(drift)} while the server ran`;
  const sinceRun = lastRun === undefined ? 0 : now.wallMs - lastRun.atMs;
  if (sinceRun < -clockToleranceMs) return `the last run was ${hours(sinceRun)} in the future`;
  const age = newestMs === undefined ? 0 : now.wallMs - newestMs;
  const isAhead = age < -(limits.futureSkew.value + clockToleranceMs);
  return isAhead ? `the newest record is ${hours(age)} in the future` : undefined;
}

/** Time that went by unseen, the longest first. The age of the newest record says something only where no run was before this one. */
function absences({ now, trusted, lastRun, newestMs }: ClockEvidence): readonly Doubt[] {
  const drift = driftBetween(trusted, now);
  const sinceRun = lastRun === undefined ? 0 : now.wallMs - lastRun.atMs;
  const age = lastRun !== undefined || newestMs === undefined ? 0 : now.wallMs - newestMs;
  const found = [
    { byMs: drift, mostMs: 0, reason: `the clock went forward by ${hours(drift)} while the server ran` },
    { byMs: sinceRun, mostMs: lastRun?.everyMs ?? 0, reason: `the last run was ${hours(sinceRun)} ago` },
    { byMs: age, mostMs: 0, reason: `the newest record is ${hours(age)} old` },
  ];
  return found.filter(({ byMs, mostMs }) => byMs > mostMs + clockToleranceMs).sort((a, b) => b.byMs - a.byMs);
}

/** A machine that slept or was off is back: its clock keeps pace, and what came in since agrees with it. */
function isHealed({ now, steady, newestMs }: ClockEvidence, longest: Doubt): boolean {
  const keptPace = now.monotonicMs - steady.monotonicMs >= steadyMsMin;
  const agrees = newestMs === undefined || newestMs >= steady.wallMs - clockToleranceMs;
  return longest.byMs <= absenceMsMax && keptPace && agrees;
}

/**
 * Says why the clock cannot be trusted to delete by: it jumped by more than an hour against the monotonic clock, against the last run, or against
 * the newest record. Undefined: it can. A jump forward of up to 31 days may be an absence: it is forgiven once the clock has kept pace for an hour
 * and a record came in since. A jump back never is.
 *
 * @example clockFault({ now, trusted: now, steady: now, lastRun: undefined, newestMs: undefined }) // undefined
 */
export function clockFault(evidence: ClockEvidence): string | undefined {
  const back = backward(evidence);
  if (back !== undefined) return back;
  const [longest] = absences(evidence);
  return longest === undefined || isHealed(evidence, longest) ? undefined : longest.reason;
}
