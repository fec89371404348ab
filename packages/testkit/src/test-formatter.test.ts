import { type Formatter, pluginApiVersion } from "@taffrail/contracts";
import { type FormatterObligation, type FormatterUnderTest, testFormatter } from "./test-formatter.ts";
import { brokenLifecycle, proveSuite } from "./testdata/prove-suite.ts";

const manifest = { name: "short", kind: "formatter", apiVersion: pluginApiVersion } as const;
const messageOf = (line: string): string => String((JSON.parse(line) as { msg?: unknown }).msg ?? "");
const good: Formatter = {
  manifest,
  format: ({ level, line }) => `${level[0]} ${JSON.stringify(messageOf(line)).replace("\u009b", "?")}\n`,
};
const subject = (more: Partial<Formatter> = {}): FormatterUnderTest => ({
  formatter: { ...good, ...more },
  examples: [{ record: { level: "info", line: '{"msg":"hi"}\n' }, gives: 'i "hi"\n' }],
});
const lifecycle = Object.fromEntries(
  Object.entries(brokenLifecycle).map(([obligation, members]) => [obligation, () => subject(members)]),
) as Record<keyof typeof brokenLifecycle, () => FormatterUnderTest>;

proveSuite<FormatterUnderTest, FormatterObligation>({
  name: "testFormatter",
  run: (make, runner, deviations) => testFormatter("subject", make, { runner, deviations }),
  good: subject,
  broken: {
    ...lifecycle,
    "describes itself": () => subject({ manifest: { ...manifest, kind: "processor" } }),
    "gives text that ends in a line feed": () => subject({ format: ({ line }) => line.trimEnd() }),
    "does not change its record": () =>
      subject({
        format: (given) => {
          (given as { line: string }).line = "{}\n";
          return given.line;
        },
      }),
    "gives the same text for the same record": () => {
      let count = 0;
      return subject({ format: () => `${count++}\n` });
    },
    "shows the message": () => subject({ format: () => "a record\n" }),
    "lets no text command the terminal": () => subject({ format: ({ line }) => `${messageOf(line)}\n` }),
    "lets no text forge a line": () => subject({ format: ({ line }) => `${messageOf(line)}\n` }),
    "does what it should do": () => subject({ format: () => "I hi\n" }),
  },
});
