import { type Level, levels } from "@taffrail/contracts";

/** A threshold: a level, or `off` for nothing at all. */
export type LevelSetting = Level | "off";

/** Rank of each level, 0 for trace; `off` ranks above all. Plain integers make the gate one comparison. */
export const rankOf: Readonly<Record<LevelSetting, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warn: 3,
  error: 4,
  fatal: 5,
  off: 6,
};

/** All settings, for checks and messages. */
export const levelSettings: readonly LevelSetting[] = [...levels, "off"];

/** Counts the changes of level in one family of loggers, so that each member notices that its cached rank is old. */
interface Version {
  value: number;
}

/** The level of one logger: its own, or its parent's for as long as it has none of its own. */
export class LevelCell {
  readonly #parent: LevelCell | undefined;
  readonly #version: Version;
  #own: LevelSetting | undefined;
  #seen = -1;
  #rank = 0;

  constructor(own: LevelSetting | undefined, parent: LevelCell | undefined) {
    this.#own = own;
    this.#parent = parent;
    this.#version = parent === undefined ? { value: 0 } : parent.#version;
  }

  /** Rank below which calls are ignored. */
  get rank(): number {
    if (this.#seen !== this.#version.value) {
      this.#rank = rankOf[this.setting];
      this.#seen = this.#version.value;
    }
    return this.#rank;
  }

  get setting(): LevelSetting {
    return this.#own ?? this.#parent?.setting ?? "info";
  }

  /** Reaches every descendant that has no level of its own. */
  set setting(setting: LevelSetting) {
    this.#own = setting;
    this.#version.value += 1;
  }
}
