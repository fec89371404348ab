export { verifyAuditLog } from "./audit/verify-audit-log.ts";
export type { Environment, Flags } from "./config/config.ts";
export { type ConfigDefinition, configDefinitions } from "./config/definitions.ts";
export { failpointNames } from "./failpoint-names.ts";
export { type RunningServer, runServer, type ServerOptions } from "./main.ts";
export { openapiDocument } from "./openapi.ts";
export { type SettingDefinition, settingDefinitions } from "./settings/definitions.ts";
