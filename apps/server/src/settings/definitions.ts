/** One setting as data: the API, its check and the reference page come from it. Settings change while the server runs. */
export interface SettingDefinition {
  readonly key: string;
  readonly type: "integer";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly description: string;
}

const gibibyte = 1024 ** 3;

/** Every setting. `journal.budgetBytes` 0 stands for the rule: a tenth of the free disk, at most 10 GiB. */
export const settingDefinitions = [
  {
    key: "retention.days",
    type: "integer",
    default: 30,
    min: 1,
    max: 3650,
    unit: "days",
    description:
      "How long records are kept. It holds for records that arrive from now on; stored ones keep the days they came with.",
  },
  {
    key: "journal.budgetBytes",
    type: "integer",
    default: 0,
    min: 0,
    max: 1024 * gibibyte,
    unit: "bytes",
    description:
      "Most bytes of accepted records that may wait for the engine; beyond it senders are told to retry. 0: a tenth of the free disk, at most 10 GiB.",
  },
] as const satisfies readonly SettingDefinition[];

export type SettingKey = (typeof settingDefinitions)[number]["key"];
