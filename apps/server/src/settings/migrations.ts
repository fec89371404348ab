import type { Kysely, Migration, MigrationProvider } from "kysely";

const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("settings")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("value", "text", (column) => column.notNull())
      .addColumn("updated_at", "text", (column) => column.notNull())
      .addColumn("updated_by", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("holds")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("tenant", "text", (column) => column.notNull())
      .addColumn("from_day", "text", (column) => column.notNull())
      .addColumn("to_day", "text", (column) => column.notNull())
      .addColumn("reason", "text", (column) => column.notNull())
      .addColumn("created_at", "text", (column) => column.notNull())
      .addColumn("created_by", "text", (column) => column.notNull())
      .execute();
  },
};

/** Every migration of the settings database, in order of name. One that was released is never changed. */
export const settingsMigrations: MigrationProvider = {
  getMigrations: async () => ({ "0001-settings-and-holds": first }),
};
