export type { AutoInstrumentation, Instrumentation } from "./instrumentation.ts";
export { startTelemetry, type Telemetry, type TelemetryLedger } from "./start-telemetry.ts";
export type { TelemetryLog } from "./telemetry-log.ts";
export type { TelemetryOptions } from "./telemetry-options.ts";
