import type { Redactor, Verdict } from "@taffrail/contracts";
import { awkwardText } from "./record-view.ts";
import {
  closeSubject,
  lifecycleObligations,
  type PluginSubject,
  pluginSubject,
  startSubject,
} from "./test-lifecycle.ts";
import { expectManifest, runSuite, type SuiteOptions, settleMs } from "./test-suite.ts";

/** A text with a secret in it. */
export interface SecretText {
  readonly text: string;
  /** The part that must not be left. */
  readonly secret: string;
}

/** A redactor that is to be tested, with examples of what it hides and what it leaves. A redactor without `place` or `text` leaves out the examples of it. */
export interface RedactorUnderTest {
  readonly redactor: Redactor;
  readonly hiddenPaths?: readonly (readonly string[])[];
  readonly openPaths?: readonly (readonly string[])[];
  readonly secrets?: readonly SecretText[];
  /** Texts without secrets. */
  readonly cleanTexts?: readonly string[];
}

export type RedactorObligation = keyof typeof obligations;

export type RedactorSuiteOptions = SuiteOptions<RedactorObligation>;

interface Subject extends PluginSubject<Redactor>, RedactorUnderTest {}

const awkwardPaths: readonly (readonly string[])[] = [
  [],
  [""],
  ["*"],
  ["user", "name"],
  ["items", "*", "id"],
  ["__proto__", "constructor"],
  [awkwardText],
  ["long".repeat(10_000)],
  Array.from({ length: 1000 }, (_, depth) => `level${depth}`),
].map((path) => Object.freeze(path));

/** Texts on which a careless pattern takes for ever. */
const hostileTexts: readonly string[] = [
  "a",
  "1",
  "1-",
  "@",
  "a@",
  ".a",
  "://",
  "eyJ",
  " ",
  "\\",
  '"',
  "=",
  "é",
  "%41",
].map((piece) => piece.repeat(20_000));

function isVerdict(verdict: Verdict | undefined): boolean {
  if (verdict?.action === "mask") return typeof verdict.text === "string";
  if (verdict?.action === "replace") return typeof verdict.apply === "function";
  return verdict?.action === "keep" || verdict?.action === "drop";
}

/** Both kinds of examples are needed for what the redactor has: one that hides everything or nothing must show. */
function expectExamples({ plugin, expect, hiddenPaths, openPaths, secrets, cleanTexts }: Subject): void {
  const given = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;
  if (plugin.place !== undefined) expect(given(hiddenPaths) && given(openPaths), "examples of paths").toBe(true);
  if (plugin.text !== undefined) expect(given(secrets) && given(cleanTexts), "examples of texts").toBe(true);
}

const obligations = {
  "describes itself": ({ plugin, expect }: Subject) => expectManifest(plugin, "redactor", expect),
  "is ready when start returns": (subject: Subject) => {
    const started: unknown = subject.plugin.start?.(subject.context);
    subject.expect(started instanceof Promise, "start returned a promise").toBe(false);
  },
  "shows what it hides and what it leaves": expectExamples,
  "hides what it should hide": async (subject: Subject) => {
    const redactor = await startSubject(subject);
    for (const path of subject.hiddenPaths ?? []) {
      subject.expect(redactor.place?.(path).action === "keep", `${path.join(".")} is shown`).toBe(false);
    }
    for (const { text, secret } of subject.secrets ?? []) {
      subject.expect(redactor.text?.(text).includes(secret), `${secret} is left`).toBe(false);
    }
  },
  "leaves what it should leave": async (subject: Subject) => {
    const redactor = await startSubject(subject);
    for (const path of subject.openPaths ?? []) {
      subject.expect(redactor.place?.(path)).toEqual({ action: "keep" });
    }
    for (const text of subject.cleanTexts ?? []) subject.expect(redactor.text?.(text)).toBe(text);
  },
  "judges a place by its path alone": async (subject: Subject) => {
    const redactor = await startSubject(subject);
    const paths = [...awkwardPaths, ...(subject.hiddenPaths ?? []), ...(subject.openPaths ?? [])];
    const actions = (): unknown[] => paths.map((path) => redactor.place?.([...path]).action);
    const first = actions();
    for (const text of subject.cleanTexts ?? []) redactor.text?.(text);
    subject.expect(actions()).toEqual(first);
  },
  "gives a verdict for every path": async (subject: Subject) => {
    const redactor = await startSubject(subject);
    if (redactor.place === undefined) return;
    for (const path of [...awkwardPaths, ...(subject.hiddenPaths ?? [])]) {
      subject.expect(isVerdict(redactor.place(path)), `verdict for ${path.join(".").slice(0, 50)}`).toBe(true);
    }
  },
  "gives text for every text": async (subject: Subject) => {
    const redactor = await startSubject(subject);
    if (redactor.text === undefined) return;
    for (const text of ["", awkwardText, ...(subject.cleanTexts ?? [])]) {
      subject.expect(typeof redactor.text(text)).toBe("string");
    }
  },
  "hides no mask again": async (subject: Subject) => {
    const redactor = await startSubject(subject);
    for (const { text } of subject.secrets ?? []) {
      const once = redactor.text?.(text);
      subject.expect(once === undefined ? undefined : redactor.text?.(once)).toBe(once);
    }
  },
  "comes to an end on hostile texts": async (subject: Subject) => {
    const redactor = await startSubject(subject);
    for (const text of hostileTexts) {
      const started = performance.now();
      redactor.text?.(text);
      const tookMs = performance.now() - started;
      subject.expect(tookMs < settleMs, `${Math.round(tookMs)} ms for ${text.slice(0, 10)}…`).toBe(true);
    }
  },
  ...lifecycleObligations,
} as const satisfies Readonly<Record<string, (subject: Subject) => Promise<void> | void>>;

/**
 * Runs the obligations of the redactor contract. `make` is called anew for each of them and gives examples of what the redactor hides and leaves.
 *
 * @example
 * const make = () => ({ redactor: noTickets(), secrets: [{ text: "for T-1234", secret: "T-1234" }], cleanTexts: ["for T-Mobile"] });
 * testRedactor("noTickets", make, { runner: { describe, expect, it } });
 */
export function testRedactor(name: string, make: () => RedactorUnderTest, options: RedactorSuiteOptions): void {
  runSuite<Subject, RedactorObligation>({
    ...options,
    title: `${name} as a redactor`,
    obligations,
    open: () => {
      const made = make();
      return { ...made, ...pluginSubject(made.redactor, options.runner) };
    },
    end: closeSubject,
  });
}
