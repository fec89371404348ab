import { type Actions, createActions, type RedactAction, stricter } from "./actions.ts";
import { createCardDetector } from "./detect/card.ts";
import type { Detector } from "./detect/detector.ts";
import { createEmailDetector } from "./detect/email.ts";
import { createIbanDetector } from "./detect/iban.ts";
import { createIpDetector } from "./detect/ip.ts";
import { createNationalIdDetector } from "./detect/national-id.ts";
import { createPhoneDetector } from "./detect/phone.ts";
import { createPrivateKeyDetector } from "./detect/private-key.ts";
import { createSecretInTextDetector, type NameTest } from "./detect/secret-in-text.ts";
import { createSecretInUrlDetector, secretParameters } from "./detect/secret-in-url.ts";
import { createSsnDetector } from "./detect/ssn.ts";
import { createTokenDetector } from "./detect/token.ts";
import { compileGate } from "./gate.ts";
import { isSensitiveKey, type KeyWords, looseName } from "./key-words.ts";
import type { RedactOptions } from "./options.ts";
import { matchPath, type PathPattern, parsePath, sameExactly, sameLoosely } from "./path-pattern.ts";
import { type DetectorName, presets, type RedactPreset } from "./presets.ts";
import { createQuickLook } from "./quick-look.ts";
import type { PlaceVerdict } from "./redaction.ts";

/** A detector that is on, and what is done with its finds. */
export interface ActiveDetector extends Detector {
  readonly action: RedactAction;
  /** Matches in every text in which this detector may find something. */
  readonly gate: RegExp;
}

/** Options, compiled. */
export interface Rules {
  readonly actions: Actions;
  readonly detectors: readonly ActiveDetector[];
  /** False for texts in which no detector finds anything. */
  readonly quickLook: (text: string) => boolean;
  readonly timeLimitMs: number;
  place(path: readonly string[]): PlaceVerdict;
}

const rememberedNames = 512;

function activePresets(options: RedactOptions): readonly RedactPreset[] {
  return [
    ...new Set<RedactPreset>([
      ...(options.defaults === false ? [] : ["credentials" as const]),
      ...(options.presets ?? []),
    ]),
  ];
}

function wordsOf(names: readonly RedactPreset[]): KeyWords {
  return {
    within: new Set(names.flatMap((name) => [...presets[name].within])),
    whole: new Set(names.flatMap((name) => [...presets[name].whole])),
    ends: names.flatMap((name) => presets[name].ends),
  };
}

/**
 * Which detectors are on, with the strictest action that any rule asks for; a rule of its own overrules the presets' action. Looking into every text
 * costs more than all else that a record costs, so `credentials` does it only where it is asked for by name; its names are masked always.
 */
function detectorActions(options: RedactOptions, fallback: RedactAction): ReadonlyMap<DetectorName, RedactAction> {
  const actions = new Map<DetectorName, RedactAction>();
  for (const preset of options.presets ?? []) for (const name of presets[preset].detect) actions.set(name, fallback);
  if ((options.keys ?? []).length > 0) actions.set("secret-in-text", fallback);
  const own = new Map<DetectorName, RedactAction>();
  for (const entry of options.detect ?? []) {
    const { detect, action = fallback } = typeof entry === "string" ? { detect: entry } : entry;
    own.set(detect, stricter(own.get(detect) ?? action, action));
  }
  return new Map([...actions, ...own]);
}

function namedKeys(options: RedactOptions, fallback: RedactAction): ReadonlyMap<string, RedactAction> {
  const keys = new Map<string, RedactAction>();
  for (const entry of options.keys ?? []) {
    const { key, action = fallback } = typeof entry === "string" ? { key: entry } : entry;
    const name = looseName(key);
    keys.set(name, stricter(keys.get(name) ?? action, action));
  }
  return keys;
}

/** Remembers answers for names: texts repeat them. */
function remember(test: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    const fresh = test(name);
    if (known.size >= rememberedNames) known.clear();
    known.set(name, fresh);
    return fresh;
  };
}

/** In prose the names of personal data ("address: ", "city: ") are ordinary words: there only secrets and the names of the options count. */
function createNameTest(options: RedactOptions, keys: ReadonlyMap<string, RedactAction>): NameTest {
  const active = activePresets(options);
  const all = wordsOf(active);
  const secret = wordsOf(active.filter((name) => name === "credentials" || name === "pci-dss"));
  const isKey = (name: string, words: KeyWords): boolean => keys.has(looseName(name)) || isSensitiveKey(name, words);
  const inData = remember((name) => isKey(name, all));
  const inProse = remember((name) => isKey(name, secret));
  return (name, isProse) => (isProse ? inProse(name) : inData(name));
}

interface Looks {
  readonly detectors: readonly ActiveDetector[];
  readonly quickLook: (text: string) => boolean;
}

function createLooks(options: RedactOptions, fallback: RedactAction): Looks {
  const keys = namedKeys(options, fallback);
  const test = createNameTest(options, keys);
  const words = wordsOf(activePresets(options));
  const names = { ends: [...keys.keys(), ...words.within, ...words.ends], whole: words.whole };
  const factories: Readonly<Record<DetectorName, () => Detector>> = {
    card: createCardDetector,
    token: createTokenDetector,
    "private-key": createPrivateKeyDetector,
    "secret-in-url": () => createSecretInUrlDetector(test, names),
    "secret-in-text": () => createSecretInTextDetector(test, names),
    email: createEmailDetector,
    phone: createPhoneDetector,
    iban: createIbanDetector,
    ssn: createSsnDetector,
    "national-id": createNationalIdDetector,
    ip: createIpDetector,
  };
  const detectors = [...detectorActions(options, fallback)].map(([name, action]) => {
    const detector = factories[name]();
    return { ...detector, action, gate: compileGate(detector.hints) };
  });
  const quickLook = createQuickLook({
    detectors: new Set(detectors.map((detector) => detector.name)),
    names: [...names.ends, ...names.whole, ...secretParameters],
  });
  return { detectors, quickLook };
}

const patternOf = (path: string): PathPattern => parsePath(path) ?? [];

/** The verdict of the allow-list: shown at an allowed place and inside it, opened above one, hidden elsewhere. */
function createAllow(allow: readonly string[], mask: string): (path: readonly string[]) => PlaceVerdict | undefined {
  const patterns = allow.map(patternOf);
  return (path) => {
    const matches = patterns.map((pattern) => matchPath(path, pattern, sameExactly));
    if (matches.some((match) => match === "full" || match === "below")) return undefined;
    return matches.includes("above") ? { action: "inside", text: mask } : { action: "mask", text: mask };
  };
}

/**
 * Compiles checked options: what is done at a place, and what is looked for in texts.
 *
 * @example compileRules({ keys: ["pin"] }).place(["user", "pin"]) // { action: "mask", text: "[redacted]" }
 */
export function compileRules(options: RedactOptions): Rules {
  const fallback = options.action ?? "mask";
  const actions = createActions(options.text ?? "[redacted]", options.hashKey);
  const keys = namedKeys(options, fallback);
  const paths = (options.paths ?? []).map((entry) => {
    const { path, action = fallback } = typeof entry === "string" ? { path: entry } : entry;
    return { pattern: patternOf(path), action };
  });
  const kept = (options.keep ?? []).map(patternOf);
  const words = wordsOf(activePresets(options));
  const allow = options.allow === undefined ? undefined : createAllow(options.allow, actions.mask);
  return {
    actions,
    ...createLooks(options, fallback),
    timeLimitMs: options.timeLimitMs ?? 25,
    place(path) {
      const name = path.at(-1) ?? "";
      const asked = paths.filter(({ pattern }) => isIn(path, pattern, sameLoosely)).map(({ action }) => action);
      const byName = keys.get(looseName(name));
      if (byName !== undefined) asked.push(byName);
      const isKept = kept.some((pattern) => isIn(path, pattern, sameExactly));
      if (asked.length === 0 && !isKept && isSensitiveKey(name, words)) asked.push(fallback);
      const action = asked.length === 0 ? undefined : asked.reduce(stricter);
      const limited = allow?.(path);
      if (action === "drop") return actions.verdict("drop");
      if (limited?.action === "mask" || action === undefined) return limited ?? { action: "keep" };
      return actions.verdict(action);
    },
  };
}

function isIn(path: readonly string[], pattern: PathPattern, same: (name: string, other: string) => boolean): boolean {
  const match = matchPath(path, pattern, same);
  return match === "full" || match === "below";
}
