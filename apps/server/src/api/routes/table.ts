import * as ingest from "./ingest.ts";
import * as logs from "./logs.ts";
import * as server from "./server.ts";
import * as settings from "./settings.ts";

/** Every route of the API, by operationId. A new route is an entry in its resource's file; nothing else registers one. */
export const routes = { ...logs, ...ingest, ...settings, ...server } as const;

export type Routes = typeof routes;
export type OperationId = keyof Routes;
