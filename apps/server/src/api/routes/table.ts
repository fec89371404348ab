import { ingestRoutes } from "./ingest.ts";
import { logRoutes } from "./logs.ts";
import { serverRoutes } from "./server.ts";
import { settingsRoutes } from "./settings.ts";

/** Every route of the API, by operationId. A new route is an entry in its resource's file; nothing else registers one. */
export const routes = { ...logRoutes, ...ingestRoutes, ...settingsRoutes, ...serverRoutes } as const;

export type Routes = typeof routes;
export type OperationId = keyof Routes;
