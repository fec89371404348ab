import type { ErrorDefinition } from "./define.ts";
import { ingestErrors } from "./ingest.ts";
import { libraryErrors } from "./library.ts";
import { queryErrors } from "./query.ts";
import { serverErrors } from "./server.ts";
import { toolErrors } from "./tool.ts";

const all = { ...ingestErrors, ...libraryErrors, ...queryErrors, ...serverErrors, ...toolErrors } as const;

/** A code of the catalogue: stable, snake_case, never reused. */
export type ErrorCode = keyof typeof all;

/** Every error that Taffrail can answer or print. The reference page `docs/reference/errors.md` is generated from it. */
export const catalogue: Readonly<Record<ErrorCode, ErrorDefinition>> = all;
