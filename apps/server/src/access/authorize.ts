import { TaffrailError } from "@taffrail/contracts";
import { type Action, actions, type Principal, type Resource, type Scope } from "./scope.ts";

const logsDataset = "logs";

/** What each kind of principal may do. Nothing that is not listed is allowed. */
const grants: Readonly<Record<Principal["kind"], readonly Action[]>> = {
  local: actions,
  system: ["ingest.write", "retention.run", "settings.read", "status.read"],
};

/**
 * Lets the principal through or throws `forbidden`.
 *
 * @example authorize(localPrincipal, "settings.write", "settings");
 */
export function authorize(principal: Principal, action: Action, resource: Resource): void {
  if (!grants[principal.kind].includes(action)) throw new TaffrailError("forbidden", { action, resource });
}

/**
 * Lets a scope read the logs or throws `forbidden`: tenant and filter narrow what it may read, the dataset decides whether it may read at all.
 *
 * @example authorizeLogs(scopeOf(localPrincipal));
 */
export function authorizeLogs(scope: Scope): void {
  if (!scope.datasets.includes(logsDataset)) {
    throw new TaffrailError("forbidden", { action: "logs.read", resource: logsDataset });
  }
}

/**
 * What a principal may see. The tenant comes from the principal and from nowhere else: no header, no parameter.
 *
 * @example scopeOf(localPrincipal).tenant // "default"
 */
export function scopeOf(principal: Principal): Scope {
  return { tenant: principal.tenant, datasets: [logsDataset], maskedFields: [] };
}
