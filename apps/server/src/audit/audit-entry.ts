import { createHash } from "node:crypto";

/** One line of the audit log. `hash` covers all other fields, `previous` among them, so no line can be changed, moved or left out unseen. */
export interface AuditEntry {
  readonly seq: number;
  readonly time: string;
  readonly principal: string;
  readonly tenant: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly previous: string;
  readonly hash: string;
}

/** What stands before the first entry. */
export const genesis = { seq: 0, hash: "0".repeat(64) } as const;

/** Keys in a fixed order, so that the same entry always gives the same bytes. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

/**
 * SHA-256 of an entry without its own hash, lower-case hex.
 *
 * @example hashOf(body) === entry.hash
 */
export function hashOf(body: Omit<AuditEntry, "hash">): string {
  return createHash("sha256").update(canonical(body)).digest("hex");
}
