import { type Clock, TaffrailError } from "@taffrail/contracts";
import type { Principal } from "../access/scope.ts";
import { asking, type SettingsDatabase } from "./database.ts";
import { type SettingDefinition, type SettingKey, settingDefinitions } from "./definitions.ts";

/** A setting as the API shows it. */
interface SettingView {
  readonly key: string;
  readonly value: number;
  readonly default: number;
  readonly unit: string;
  readonly description: string;
}

/**
 * The settings. Values are held in memory, so reading one is free; `set` stores first, then calls the listeners of the key in order.
 * `check` throws `setting_unknown` or `setting_invalid` and changes nothing.
 */
export interface Settings {
  get(key: SettingKey): number;
  list(): readonly SettingView[];
  check(key: string, value: unknown): { readonly key: SettingKey; readonly value: number };
  set(principal: Principal, key: string, value: unknown): Promise<SettingView>;
  /** Called with the value now and after each change; this is how a setting gets its effect. */
  onValue(key: SettingKey, listener: (value: number) => void): void;
}

const definitions: readonly SettingDefinition[] = settingDefinitions;

function definitionOf(key: string): SettingDefinition & { readonly key: SettingKey } {
  const definition = settingDefinitions.find((candidate) => candidate.key === key);
  if (definition) return definition;
  const known = definitions.map((candidate) => candidate.key).join(", ");
  throw new TaffrailError("setting_unknown", { key, known });
}

function faultOf(definition: SettingDefinition, value: unknown): string | undefined {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return "it must be a whole number";
  if (value < definition.min || value > definition.max) {
    return `it must be from ${definition.min} to ${definition.max}`;
  }
  return undefined;
}

function checkSetting(key: string, value: unknown): { readonly key: SettingKey; readonly value: number } {
  const definition = definitionOf(key);
  const reason = faultOf(definition, value);
  if (reason !== undefined || typeof value !== "number") {
    throw new TaffrailError("setting_invalid", {
      key,
      value: JSON.stringify(value) ?? "nothing",
      reason: reason ?? "",
      unit: definition.unit,
    });
  }
  return { key: definition.key, value };
}

/** A stored value that cannot be used ends the start: the default in its place could drop records that were to be kept. */
function unusable(definition: SettingDefinition, reason: string, cause?: unknown): TaffrailError {
  const where = "of this server";
  return new TaffrailError("settings_unavailable", { where, reason: `the stored ${definition.key} ${reason}` }, cause);
}

function storedValue(definition: SettingDefinition, text: string): number {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(definition, "is not JSON", error);
  }
  const fault = faultOf(definition, value);
  if (fault !== undefined || typeof value !== "number") throw unusable(definition, `is not valid: ${fault}`);
  return value;
}

/**
 * Loads the settings. Rejects with `settings_unavailable` when the database is away or a stored value cannot be used; the message names the setting.
 *
 * @example const settings = await loadSettings({ database, clock }); settings.get("retention.days") // 30
 */
export async function loadSettings(deps: {
  readonly database: SettingsDatabase;
  readonly clock: Clock;
}): Promise<Settings> {
  const { database, clock } = deps;
  const rows = await asking(() => database.selectFrom("settings").select(["key", "value"]).execute());
  const values = new Map<string, number>();
  for (const definition of definitions) {
    const row = rows.find((candidate) => candidate.key === definition.key);
    values.set(definition.key, row ? storedValue(definition, row.value) : definition.default);
  }
  const listeners: { readonly key: SettingKey; readonly listener: (value: number) => void }[] = [];
  const view = (definition: SettingDefinition): SettingView => ({
    key: definition.key,
    value: values.get(definition.key) ?? definition.default,
    default: definition.default,
    unit: definition.unit,
    description: definition.description,
  });
  return {
    get: (key) => view(definitionOf(key)).value,
    list: () => definitions.map(view),
    check: checkSetting,
    async set(principal, key, input) {
      const checked = checkSetting(key, input);
      const entry = {
        value: JSON.stringify(checked.value),
        updated_at: new Date(clock.now()).toISOString(),
        updated_by: principal.id,
      };
      await asking(() =>
        database
          .insertInto("settings")
          .values({ key: checked.key, ...entry })
          .onConflict((conflict) => conflict.column("key").doUpdateSet(entry))
          .execute(),
      );
      values.set(checked.key, checked.value);
      for (const one of listeners) if (one.key === checked.key) one.listener(checked.value);
      return view(definitionOf(checked.key));
    },
    onValue(key, listener) {
      listeners.push({ key, listener });
      listener(view(definitionOf(key)).value);
    },
  };
}
