import type { Plugin, PluginContext } from "@taffrail/contracts";
import { manualClock } from "./manual-clock.ts";
import { expectHealth, inTime, type TestRunner } from "./test-suite.ts";

/** What a plugin logged itself. */
export interface Emitted {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

/** A plugin in a suite, its clock and what it logged. */
export interface PluginSubject<P extends Plugin> {
  readonly plugin: P;
  readonly expect: TestRunner["expect"];
  readonly emitted: readonly Emitted[];
  readonly context: PluginContext;
}

/** Opens a subject that has not started yet. Its clock stands still. */
export function pluginSubject<P extends Plugin>(plugin: P, { expect }: TestRunner): PluginSubject<P> {
  const emitted: Emitted[] = [];
  const context: PluginContext = {
    clock: manualClock(),
    problem: () => {},
    emit: (level, message, fields) => void emitted.push({ level, message, fields }),
  };
  return { plugin, expect, emitted, context };
}

/** Starts a plugin as the logger does. */
export async function startSubject<P extends Plugin>(subject: PluginSubject<P>): Promise<P> {
  await inTime(Promise.resolve(subject.plugin.start?.(subject.context)), "start");
  return subject.plugin;
}

/** Ends what a suite has opened. */
export async function closeSubject({ plugin }: PluginSubject<Plugin>): Promise<void> {
  await inTime(Promise.resolve(plugin.close?.(new AbortController().signal)), "close");
}

/** Timers and handles that keep the process alive now. */
function living(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout" || kind === "Immediate").length;
}

/** Obligations of the life of every plugin but sinks, which have stricter ones. */
export const lifecycleObligations = {
  "starts, flushes and closes": async (subject: PluginSubject<Plugin>) => {
    const plugin = await startSubject(subject);
    await inTime(Promise.resolve(plugin.flush?.(new AbortController().signal)), "flush");
    await closeSubject(subject);
  },
  "closes twice": async (subject: PluginSubject<Plugin>) => {
    await startSubject(subject);
    await closeSubject(subject);
    await closeSubject(subject);
  },
  "closes without having started": (subject: PluginSubject<Plugin>) => closeSubject(subject),
  "reports its health": async (subject: PluginSubject<Plugin>) => {
    expectHealth(await startSubject(subject), subject.expect);
  },
  "does not keep the process alive": async (subject: PluginSubject<Plugin>) => {
    const before = living();
    const started = subject.plugin.start?.(subject.context);
    subject.expect(living() <= before, "a timer that is not unref'd").toBe(true);
    await started;
  },
} as const satisfies Readonly<Record<string, (subject: PluginSubject<Plugin>) => Promise<void> | void>>;

/** Fails when a member gave a promise where a value was expected; keeps a rejection of it from ending the run. */
export function expectNow(value: unknown, expect: TestRunner["expect"]): void {
  if (value instanceof Promise) value.catch(() => {});
  expect(value instanceof Promise, "a promise was returned; the caller does not wait").toBe(false);
}
