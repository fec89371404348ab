import { type Clock, type IdSource, limits, TaffrailError } from "@taffrail/contracts";
import type { Principal } from "../access/scope.ts";
import { asking, type SettingsDatabase } from "./database.ts";
import type { SettingsTables } from "./schema.ts";

/** Days that retention may not drop, both ends included. `YYYY-MM-DD`, UTC. */
interface Hold {
  readonly id: string;
  readonly fromDay: string;
  readonly toDay: string;
  readonly reason: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** Keeping and lifting holds. Days are shared by all tenants of a table, so retention asks for every tenant's. */
export interface Holds {
  list(tenant: string): Promise<readonly Hold[]>;
  /** Holds of every tenant, for the retention job. */
  all(): Promise<readonly Hold[]>;
  /** Throws `payload_invalid` when a day does not exist or the order is wrong. */
  add(
    principal: Principal,
    order: { readonly fromDay: string; readonly toDay: string; readonly reason: string },
  ): Promise<Hold>;
  /** Throws `hold_not_found`. */
  remove(principal: Principal, id: string): Promise<void>;
}

function checkDay(name: string, day: string): void {
  const time = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
    throw new TaffrailError("payload_invalid", { reason: `${name} ${day} is no day` });
  }
}

const holdOf = (row: SettingsTables["holds"]): Hold => ({
  id: row.id,
  fromDay: row.from_day,
  toDay: row.to_day,
  reason: row.reason,
  createdAt: row.created_at,
  createdBy: row.created_by,
});

async function countHolds(database: SettingsDatabase): Promise<number> {
  const count = () =>
    database
      .selectFrom("holds")
      .select((by) => by.fn.countAll().as("count"))
      .executeTakeFirst();
  return Number((await asking(count))?.count ?? 0);
}

const rowOf = (hold: Hold, tenant: string): SettingsTables["holds"] => ({
  id: hold.id,
  tenant,
  from_day: hold.fromDay,
  to_day: hold.toDay,
  reason: hold.reason,
  created_at: hold.createdAt,
  created_by: hold.createdBy,
});

/**
 * Holds in the settings database. Every method rejects with `settings_unavailable` while the database is away.
 *
 * @example await createHolds({ database, clock, ids }).add(principal, { fromDay: "2026-11-01", toDay: "2026-11-03", reason: "case 7" });
 */
export function createHolds(deps: {
  readonly database: SettingsDatabase;
  readonly clock: Clock;
  readonly ids: IdSource;
}): Holds {
  const { database, clock, ids } = deps;
  const rows = () =>
    database.selectFrom("holds").selectAll().orderBy("from_day").orderBy("id").limit(limits.holds.value);
  return {
    list: async (tenant) => (await asking(() => rows().where("tenant", "=", tenant).execute())).map(holdOf),
    all: async () => (await asking(() => rows().execute())).map(holdOf),
    async add(principal, order) {
      checkDay("fromDay", order.fromDay);
      checkDay("toDay", order.toDay);
      if (order.fromDay > order.toDay) throw new TaffrailError("payload_invalid", { reason: "fromDay is after toDay" });
      if ((await countHolds(database)) >= limits.holds.value) {
        throw new TaffrailError("payload_invalid", { reason: `there are ${limits.holds.value} holds already` });
      }
      const createdAt = new Date(clock.now()).toISOString();
      const hold: Hold = { id: ids.hex(8), ...order, createdAt, createdBy: principal.id };
      const values = rowOf(hold, principal.tenant);
      await asking(() => database.insertInto("holds").values(values).execute());
      return hold;
    },
    async remove({ tenant }, id) {
      const removal = database.deleteFrom("holds").where("id", "=", id).where("tenant", "=", tenant);
      const { numDeletedRows } = await asking(() => removal.executeTakeFirst());
      if (numDeletedRows === 0n) throw new TaffrailError("hold_not_found", { id });
    },
  };
}
