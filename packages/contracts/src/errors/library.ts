import type { ErrorDefinition } from "./define.ts";

/** Errors of the library: only misuse at set-up throws; logging itself never does. */
export const libraryErrors = {
  option_unknown: {
    status: 400,
    message: "{where}: option {key} is unknown{hint}.",
    remedy: "Known options: {known}.",
  },
  option_invalid: {
    status: 400,
    message: "{where}: option {key} is not valid: {reason}.",
    remedy: "Change {key}, or leave it out to get the default.",
  },
  config_unreadable: {
    status: 400,
    message: "{where}: the config file {path} cannot be read: {reason}.",
    remedy: "Correct the file or its path, or leave the option out.",
  },
  plugin_version: {
    status: 400,
    message: "Plugin {name} wants contract version {found}; this is {known}.",
    remedy: "Install a matching version of the plugin.",
  },
  plugin_invalid: {
    status: 400,
    message: "Plugin {name} is not valid: {reason}.",
    remedy: "Correct the plugin; its conformance suite in @taffrail/testkit shows what is missing.",
  },
  plugin_denied: {
    status: 400,
    message: "Plugin {name} may not be used: {reason}.",
    remedy: "Change allowPlugins or denyPlugins, or leave the plugin out.",
  },
  spool_unusable: {
    status: 500,
    message: "The spool directory {dir} cannot be used: {reason}.",
    remedy: "Give the process the right to write there, or choose another directory.",
  },
  instrumentation_missing: {
    status: 400,
    message: "autoInstrumentation: the package {name} is not there, or holds no instrumentation.",
    remedy: "Run npm install {name}, or leave autoInstrumentation out.",
  },
  telemetry_running: {
    status: 409,
    message: "startTelemetry: this process has an OpenTelemetry {part} already.",
    remedy: "Start telemetry once, and remove any other OpenTelemetry set-up.",
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
