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
  off: 7,
};

/** Rank of audit records: above every level; no gate asks about them. */
export const auditRank = 6;

/** All settings, for checks and messages. */
export const levelSettings: readonly LevelSetting[] = [...levels, "off"];

/** Counts the changes of level in one family of loggers, so that each member notices that its cached rank is old. */
interface Version {
  value: number;
  /** Rank from which records are wanted although their logger's level is higher: they wait to see whether their request fails. */
  readonly heldRank: number;
}

/** The level of one logger: its own, or its parent's for as long as it has none of its own. */
export class LevelCell {
  readonly #parent: LevelCell | undefined;
  readonly #version: Version;
  #own: LevelSetting | undefined;
  #seen = -1;
  #gate = 0;
  #rank = 0;

  /** `heldRank` counts for the first of a family; its descendants have the same. */
  constructor(own: LevelSetting | undefined, parent: LevelCell | undefined, heldRank: number = rankOf.off) {
    this.#own = own;
    this.#parent = parent;
    this.#version = parent === undefined ? { value: 0, heldRank } : parent.#version;
  }

  /** Rank below which calls are ignored. */
  get gate(): number {
    return this.#seen === this.#version.value ? this.#gate : this.#refresh();
  }

  /** Rank of the level. Records between the gate and this one only wait. */
  get rank(): number {
    if (this.#seen !== this.#version.value) this.#refresh();
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

  #refresh(): number {
    const rank = rankOf[this.setting];
    this.#rank = rank;
    this.#gate = rank === rankOf.off ? rank : Math.min(rank, this.#version.heldRank);
    this.#seen = this.#version.value;
    return this.#gate;
  }
}
