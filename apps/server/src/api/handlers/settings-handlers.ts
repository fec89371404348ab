import type { Audit, AuditEvent } from "../../audit/audit-log.ts";
import type { RetentionService } from "../../retention/retention-service.ts";
import type { Holds } from "../../settings/holds.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Call, HandlersOf } from "../handler.ts";
import type { RouteDefinition } from "../route.ts";

export interface SettingsHandlerDeps {
  readonly settings: Settings;
  readonly holds: Holds;
  readonly audit: Audit;
  /** Throws `server_starting` until the parts are open. */
  readonly retention: () => RetentionService;
}

type Change = Pick<AuditEvent, "action" | "resource" | "details">;

/** Writes a change down before it is made, and again when it could not be made. */
async function audited<Result>(
  audit: Audit,
  call: Pick<Call<RouteDefinition>, "principal">,
  change: Change,
  make: () => Promise<Result>,
): Promise<Result> {
  const { principal } = call;
  audit({ ...change, principal, outcome: "intended" });
  try {
    return await make();
  } catch (error) {
    audit({ ...change, principal, outcome: "failed" });
    throw error;
  }
}

/**
 * Handlers of settings, holds and retention.
 *
 * @example createSettingsHandlers({ settings, holds, audit, retention })
 */
export function createSettingsHandlers(
  deps: SettingsHandlerDeps,
): HandlersOf<
  "getSettings" | "putSetting" | "listHolds" | "addHold" | "removeHold" | "previewRetention" | "runRetention"
> {
  const { settings, holds, audit } = deps;
  return {
    getSettings: () => ({ settings: settings.list() }),
    async putSetting(call) {
      const { key } = call.params;
      const { value } = settings.check(key, call.body.value);
      const details = { key, value, before: settings.get(settings.check(key, value).key) };
      return await audited(audit, call, { action: "settings.write", resource: "settings", details }, () =>
        settings.set(call.principal, key, value),
      );
    },
    async previewRetention() {
      return { partitions: await deps.retention().preview() };
    },
    runRetention(call) {
      const { dryRun, confirmed = false } = call.body;
      return deps.retention().run(call.principal, { dryRun, confirmed });
    },
    async listHolds(call) {
      return { holds: await holds.list(call.scope.tenant) };
    },
    async addHold(call) {
      const details = { ...call.body };
      return await audited(audit, call, { action: "settings.write", resource: "retention", details }, () =>
        holds.add(call.principal, call.body),
      );
    },
    async removeHold(call) {
      const details = { hold: call.params.id };
      return await audited(audit, call, { action: "settings.write", resource: "retention", details }, async () => {
        await holds.remove(call.principal, call.params.id);
        return { removed: true };
      });
    },
  };
}
