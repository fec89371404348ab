/** What a sender knows of its records after an experiment, by id. */
export interface SenderBook {
  /** Answered with success: must be stored exactly once. */
  readonly acknowledged: ReadonlySet<string>;
  /** No answer came (the connection broke): may be stored, at most once. */
  readonly unknown: ReadonlySet<string>;
}

export interface Judgement {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged but not stored: loss. */
  readonly missing: readonly string[];
  /** Stored more than once. */
  readonly duplicated: readonly string[];
  /** Stored though never sent, or refused by the server. */
  readonly foreign: readonly string[];
  readonly ok: boolean;
}

/**
 * Judges an experiment by ids, not by totals: each acknowledged record stored exactly once, each unanswered one at most once, nothing else.
 *
 * @example judge({ acknowledged: new Set(["a"]), unknown: new Set() }, new Map([["a", 1]])).ok // true
 */
export function judge(sender: SenderBook, stored: ReadonlyMap<string, number>): Judgement {
  const missing = [...sender.acknowledged].filter((id) => !stored.has(id));
  const duplicated: string[] = [];
  const foreign: string[] = [];
  for (const [id, count] of stored) {
    if (count > 1) duplicated.push(id);
    if (!sender.acknowledged.has(id) && !sender.unknown.has(id)) foreign.push(id);
  }
  const ok = missing.length === 0 && duplicated.length === 0 && foreign.length === 0;
  return { acknowledged: sender.acknowledged.size, stored: stored.size, missing, duplicated, foreign, ok };
}
