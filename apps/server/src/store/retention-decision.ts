const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** A difference between two clocks beyond this is a jump. Milliseconds. */
const clockToleranceMs = hourMs;
/** Records may be stamped this far ahead, by the rule for times of senders. Milliseconds. */
const futureSkewMs = 24 * hourMs;

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

/** What the wall clock is held against before anything is dropped. All in milliseconds; times since 1970. */
export interface ClockEvidence {
  readonly nowMs: number;
  /** The wall clock when it was last trusted in this process, and how long ago that is by the monotonic clock. */
  readonly trusted: { readonly wallMs: number; readonly elapsedMs: number };
  /** When the last run was, and how often runs are due; absent when there was none. */
  readonly lastRun: { readonly atMs: number; readonly everyMs: number } | undefined;
  /** Time of the newest record; absent when there is none. */
  readonly newestMs: number | undefined;
}

const hours = (milliseconds: number): string => `${(Math.abs(milliseconds) / hourMs).toFixed(1)} hours`;

/**
 * Says why the clock cannot be trusted to delete by: it jumped by more than an hour against the monotonic clock, against the last run, or against
 * the newest record. Undefined: it can.
 *
 * @example clockFault({ nowMs, trusted: { wallMs: nowMs, elapsedMs: 0 }, lastRun: undefined, newestMs: undefined }) // undefined
 */
export function clockFault(evidence: ClockEvidence): string | undefined {
  const { nowMs, trusted, lastRun, newestMs } = evidence;
  const drift = nowMs - trusted.wallMs - trusted.elapsedMs;
  if (Math.abs(drift) > clockToleranceMs) {
    return `the clock went ${drift > 0 ? "forward" : "back"} by ${hours(drift)} while the server ran`;
  }
  if (lastRun !== undefined) {
    const since = nowMs - lastRun.atMs;
    if (since < -clockToleranceMs) return `the last run was ${hours(since)} in the future`;
    if (since > lastRun.everyMs + clockToleranceMs) return `the last run was ${hours(since)} ago`;
  }
  if (newestMs === undefined) return undefined;
  const ahead = nowMs - newestMs;
  if (ahead > clockToleranceMs) return `the newest record is ${hours(ahead)} old`;
  return ahead < -(futureSkewMs + clockToleranceMs) ? `the newest record is ${hours(ahead)} in the future` : undefined;
}
