import { createRequire } from "node:module";
import { join } from "node:path";
import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import { TaffrailError } from "@taffrail/contracts";

/** An OpenTelemetry instrumentation, such as `new HttpInstrumentation()`. */
export interface Instrumentation {
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProvider): void;
  enable(): void;
  disable(): void;
}

/** `true` for all of `@opentelemetry/auto-instrumentations-node`; a list of instrumentations, or of names such as "http", for some. */
export type AutoInstrumentation = boolean | readonly (string | Instrumentation)[];

/** Loads a package by name. Throws an error with the code `MODULE_NOT_FOUND` when it is not there. */
export type LoadPackage = (name: string) => unknown;

const allPackage = "@opentelemetry/auto-instrumentations-node";

/** A loader that looks where the application is, and then where this package is. Blocking, since instrumentation must come before what it changes. */
export function createPackageLoader(folder: string): LoadPackage {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(join(folder, "package.json"));
  return (name) => {
    try {
      return theirs(name);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "MODULE_NOT_FOUND") throw error;
      return ours(name);
    }
  };
}

function load(name: string, loadPackage: LoadPackage): Readonly<Record<string, unknown>> {
  try {
    return loadPackage(name) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new TaffrailError("instrumentation_missing", { name }, error);
  }
}

function loadAll(loadPackage: LoadPackage): readonly Instrumentation[] {
  const { getNodeAutoInstrumentations } = load(allPackage, loadPackage);
  if (typeof getNodeAutoInstrumentations !== "function") {
    throw new TaffrailError("instrumentation_missing", { name: allPackage });
  }
  return getNodeAutoInstrumentations() as readonly Instrumentation[];
}

type InstrumentationClass = new () => Instrumentation;

function loadOne(name: string, loadPackage: LoadPackage): Instrumentation {
  const packageName = name.startsWith("@") ? name : `@opentelemetry/instrumentation-${name}`;
  const found = Object.values(load(packageName, loadPackage)).find(
    (value): value is InstrumentationClass => typeof value === "function" && value.name.endsWith("Instrumentation"),
  );
  if (found === undefined) throw new TaffrailError("instrumentation_missing", { name: packageName });
  return new found();
}

/**
 * Loads the instrumentations that are asked for; none of them is loaded otherwise. Throws `instrumentation_missing`.
 *
 * @example loadInstrumentations(["http"], createPackageLoader(process.cwd()))
 */
export function loadInstrumentations(
  wanted: AutoInstrumentation,
  loadPackage: LoadPackage,
): readonly Instrumentation[] {
  if (wanted === false) return [];
  if (wanted === true) return loadAll(loadPackage);
  return wanted.map((item) => (typeof item === "string" ? loadOne(item, loadPackage) : item));
}
