import { type EncodedRecord, type Processor, pluginApiVersion } from "@taffrail/contracts";
import { type ProcessorObligation, type ProcessorUnderTest, testProcessor } from "./test-processor.ts";
import { brokenLifecycle, proveSuite } from "./testdata/prove-suite.ts";

const manifest = { name: "region", kind: "processor", apiVersion: pluginApiVersion } as const;
const good: Processor = { manifest, process: ({ line }) => `${line.slice(0, -2)},"region":"eu"}\n` };
const record = { level: "info", line: '{"a":1}\n' } as const;
const subject = (more: Partial<Processor> = {}): ProcessorUnderTest => ({
  processor: { ...good, ...more },
  examples: [{ record, gives: '{"a":1,"region":"eu"}\n' }],
});
const lifecycle = Object.fromEntries(
  Object.entries(brokenLifecycle).map(([obligation, members]) => [obligation, () => subject(members)]),
) as Record<keyof typeof brokenLifecycle, () => ProcessorUnderTest>;

proveSuite<ProcessorUnderTest, ProcessorObligation>({
  name: "testProcessor",
  run: (make, runner, deviations) => testProcessor("subject", make, { runner, deviations }),
  good: subject,
  broken: {
    ...lifecycle,
    "describes itself": () => subject({ manifest: { ...manifest, failMode: "maybe" as never } }),
    "gives one line, or nothing": () => subject({ process: ({ line }) => line + line }),
    "gives lines that are JSON objects": () => subject({ process: ({ line }) => `eu ${line}` }),
    "filters no audit record": () => subject({ process: () => undefined }),
    "does not change its record": () =>
      subject({
        process: (given) => {
          (given as { line: string }).line = "{}\n";
          return given.line;
        },
      }),
    "does what it should do": () => subject({ process: (given: EncodedRecord) => given.line }),
  },
});
