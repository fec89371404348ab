import { pluginApiVersion, type Redactor } from "@taffrail/contracts";
import { vi } from "vitest";
import { type RedactorObligation, type RedactorUnderTest, testRedactor } from "./test-redactor.ts";
import { brokenLifecycle, proveSuite } from "./testdata/prove-suite.ts";

const manifest = { name: "tickets", kind: "redactor", apiVersion: pluginApiVersion } as const;
const good: Redactor = {
  manifest,
  place: (path) => (path.at(-1) === "ticket" ? { action: "mask", text: "[ticket]" } : { action: "keep" }),
  text: (text) => text.replace(/\bT-\d{4}\b/g, "[ticket]"),
};
const subject = (more: Partial<Redactor> = {}): RedactorUnderTest => ({
  redactor: { ...good, ...more },
  hiddenPaths: [["order", "ticket"]],
  openPaths: [["order", "id"]],
  secrets: [{ text: "refund for T-1234 please", secret: "T-1234" }],
  cleanTexts: ["T-Mobile called"],
});
const lifecycle = Object.fromEntries(
  Object.entries(brokenLifecycle).map(([obligation, members]) => [obligation, () => subject(members)]),
) as Record<keyof typeof brokenLifecycle, () => RedactorUnderTest>;

/** A pattern that would take minutes, without the minutes: the clock of the test goes on instead. */
function slowOnHostileTexts(): RedactorUnderTest {
  vi.useFakeTimers({ toFake: ["performance"] });
  return subject({
    text: (text) => {
      vi.advanceTimersByTime(text.length);
      return text;
    },
    close: async () => void vi.useRealTimers(),
  });
}

proveSuite<RedactorUnderTest, RedactorObligation>({
  name: "testRedactor",
  run: (make, runner, deviations) => testRedactor("subject", make, { runner, deviations }),
  good: subject,
  broken: {
    ...lifecycle,
    "describes itself": () => subject({ manifest: { ...manifest, apiVersion: 7 } }),
    "is ready when start returns": () => subject({ start: async () => {} }),
    "shows what it hides and what it leaves": () => ({
      redactor: good,
      secrets: [{ text: "T-1234", secret: "T-1234" }],
    }),
    "hides what it should hide": () => subject({ text: (text) => text }),
    "leaves what it should leave": () => subject({ text: () => "***" }),
    "judges a place by its path alone": () => {
      let asked = 0;
      return subject({
        place: () => {
          asked += 1;
          return asked % 2 === 0 ? { action: "drop" } : { action: "keep" };
        },
      });
    },
    "gives a verdict for every path": () => subject({ place: () => ({ action: "mask" }) as never }),
    "gives text for every text": () => subject({ text: () => undefined as never }),
    "hides no mask again": () => subject({ text: (text) => text.replace(/T-\w+/g, "T-mask T-mask") }),
    "comes to an end on hostile texts": slowOnHostileTexts,
  },
});
