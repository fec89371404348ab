/** Who is asking. The tenant of every read and write comes from here and from nowhere else. */
export interface Principal {
  readonly id: string;
  readonly kind: "local" | "system";
  readonly tenant: string;
}

/**
 * What a principal may see or touch, worked out once per request. Every store method takes one; there is no default, so that nothing can be
 * read without saying on whose behalf.
 */
export interface Scope {
  readonly tenant: string;
  /** Names of the datasets that may be read; today there is one, `logs`. */
  readonly datasets: readonly string[];
  /** Attribute names whose values are answered as `***` and cannot be filtered on. */
  readonly maskedFields: readonly string[];
}

/** What can be done. Every route and stream declares one. */
export const actions = [
  "ingest.write",
  "logs.read",
  "settings.read",
  "settings.write",
  "retention.run",
  "status.read",
  "page.read",
] as const;
export type Action = (typeof actions)[number];

/** What it is done to. Every route and stream declares one. */
export const resources = ["logs", "dead-letters", "settings", "retention", "server", "page"] as const;
export type Resource = (typeof resources)[number];

/** The only principal of a server without login: whoever reaches the loopback address. */
export const localPrincipal: Principal = { id: "local", kind: "local", tenant: "default" };

/** The server itself, for what it does on a schedule. */
export const systemPrincipal: Principal = { id: "system", kind: "system", tenant: "default" };
