import type { AllFilter } from "../filter.ts";
import type { Construct } from "./construct.ts";

/** `*`: every record. */
export const all: Construct<AllFilter> = { print: () => "*", compile: () => "1", fields: () => [] };
