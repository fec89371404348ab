import { TaffrailError } from "@taffrail/contracts";
import { type Action, actions, type Principal, type Resource, type Scope } from "./scope.ts";

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
 * What a principal may see. The tenant comes from the principal and from nowhere else: no header, no parameter.
 *
 * @example scopeOf(localPrincipal).tenant // "default"
 */
export function scopeOf(principal: Principal): Scope {
  return { tenant: principal.tenant, datasets: ["logs"], maskedFields: [] };
}
