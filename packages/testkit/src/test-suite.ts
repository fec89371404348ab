import { type Plugin, type PluginKind, pluginApiVersion } from "@taffrail/contracts";

/** The parts of a test runner that the suites use; vitest, jest and `node:test` with an `expect` all have them. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it: TestFunction & { skip: TestFunction };
  expect(value: unknown, message?: string): Expectation;
}
type TestFunction = (name: string, body: () => Promise<void> | void) => void;
interface Expectation {
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toContain(expected: unknown): void;
}

/** What every suite is told. */
export interface SuiteOptions<Obligation extends string> {
  readonly runner: TestRunner;
  /** Obligations that this plugin does not meet, each with the reason. They are shown as skipped, with the reason in their name. */
  readonly deviations?: Readonly<Partial<Record<Obligation, string>>>;
}

/** A suite: obligations as data, and how the subject of one of them is opened and ended. */
interface Suite<Subject, Obligation extends string> extends SuiteOptions<Obligation> {
  readonly title: string;
  readonly obligations: Readonly<Record<Obligation, (subject: Subject) => Promise<void> | void>>;
  open(): Promise<Subject> | Subject;
  end(subject: Subject): Promise<void> | void;
}

/** Longest time that a member of a plugin may take in a test, in ms. */
export const settleMs = 5000;

/** Turns obligations into tests: a new subject for each, ended whatever happens. */
export function runSuite<Subject, Obligation extends string>(suite: Suite<Subject, Obligation>): void {
  const { runner, deviations = {} as Readonly<Partial<Record<Obligation, string>>> } = suite;
  runner.describe(suite.title, () => {
    for (const obligation of Object.keys(suite.obligations) as Obligation[]) {
      const reason = deviations[obligation];
      if (reason !== undefined) {
        runner.it.skip(`${obligation} (declared deviation: ${reason})`, () => {});
        continue;
      }
      runner.it(obligation, async () => {
        const subject = await suite.open();
        try {
          await suite.obligations[obligation](subject);
        } finally {
          await suite.end(subject);
        }
      });
    }
  });
}

/** Rejects when the work does not settle in time: a plugin that hangs must fail a test, not the whole run. */
export async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle within ${settleMs} ms`)), settleMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const capabilities: readonly unknown[] = ["network", "filesystem", "threads", "sync-drain", "durable-flush"];

/** The obligation that all kinds share: a manifest that a loader can read. */
export function expectManifest({ manifest }: Plugin, kind: PluginKind, expect: TestRunner["expect"]): void {
  expect(manifest.kind).toBe(kind);
  expect(manifest.apiVersion).toBe(pluginApiVersion);
  expect(/^[a-z][a-z0-9-]*$/.test(manifest.name), `manifest.name ${manifest.name}`).toBe(true);
  expect(["open", "closed", undefined]).toContain(manifest.failMode);
  for (const capability of manifest.capabilities ?? []) expect(capabilities).toContain(capability);
  if (manifest.options !== undefined) expect(typeof manifest.options["~standard"].validate).toBe("function");
}

/** The obligation that all kinds share: health, where it is told, is one of the known words. */
export function expectHealth(plugin: Plugin, expect: TestRunner["expect"]): void {
  expect(["healthy", "degraded", "unhealthy", undefined]).toContain(plugin.health?.().status);
}
