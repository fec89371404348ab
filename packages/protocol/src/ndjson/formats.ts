import { accessLog } from "./dialects/access-log.ts";
import { bunyan } from "./dialects/bunyan.ts";
import type { JsonDialect, TextDialect } from "./dialects/dialect.ts";
import { ecs } from "./dialects/ecs.ts";
import { generic } from "./dialects/generic.ts";
import { logfmt } from "./dialects/logfmt.ts";
import { pino } from "./dialects/pino.ts";
import { plain } from "./dialects/plain.ts";
import { taffrail } from "./dialects/taffrail.ts";
import { winston } from "./dialects/winston.ts";

/** JSON dialects in the order in which they are tried; the last takes every object. */
export const jsonDialects: readonly JsonDialect[] = [taffrail, ecs, bunyan, pino, winston, generic];

/** Text dialects in the order in which they are tried; the last takes every line. */
export const textDialects: readonly TextDialect[] = [accessLog, logfmt, plain];
