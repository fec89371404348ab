/** One start-up option as data: flag, variable, reference page and check come from it. */
export interface ConfigDefinition {
  readonly key: string;
  /** Environment variable. */
  readonly variable: string;
  /** Command-line flag of `taffrail up`. */
  readonly flag: string;
  /** What stands for the value in help texts. */
  readonly placeholder: string;
  /** Text of the default, as a user would write it. */
  readonly default: string;
  readonly unit: string;
  readonly description: string;
  /** True: may hold a password and is never printed. */
  readonly sensitive: boolean;
}

/** Everything that is decided at start. What can change while the server runs is a setting, not an option. */
export const configDefinitions = [
  {
    key: "listen",
    variable: "TAFFRAIL_LISTEN",
    flag: "--listen",
    placeholder: "HOST:PORT",
    default: "localhost:4318",
    unit: "",
    description:
      "Where to listen. `localhost` means 127.0.0.1 and ::1 together; port 0 picks a free one. Other than loopback addresses are refused.",
    sensitive: false,
  },
  {
    key: "data",
    variable: "TAFFRAIL_DATA",
    flag: "--data",
    placeholder: "DIR",
    default: "$XDG_DATA_HOME/taffrail",
    unit: "",
    description:
      "Directory of everything the server stores; made when missing. Without XDG_DATA_HOME it is ~/.local/share/taffrail.",
    sensitive: false,
  },
  {
    key: "settingsUrl",
    variable: "TAFFRAIL_SETTINGS_URL",
    flag: "--settings-url",
    placeholder: "URL",
    default: "",
    unit: "",
    description:
      "PostgreSQL database for settings, `postgres://user@host/name`. Empty: an SQLite file in the data directory.",
    sensitive: true,
  },
  {
    key: "logLevel",
    variable: "TAFFRAIL_LOG_LEVEL",
    flag: "--log-level",
    placeholder: "LEVEL",
    default: "info",
    unit: "",
    description: "Least severe level that the server logs about itself: trace, debug, info, warn, error or fatal.",
    sensitive: false,
  },
  {
    key: "logFormat",
    variable: "TAFFRAIL_LOG_FORMAT",
    flag: "--log-format",
    placeholder: "FORMAT",
    default: "auto",
    unit: "",
    description: "How the server's own lines look on standard error: pretty, json, or auto (pretty on a terminal).",
    sensitive: false,
  },
  {
    key: "drainTimeout",
    variable: "TAFFRAIL_DRAIN_TIMEOUT",
    flag: "--drain-timeout",
    placeholder: "SECONDS",
    default: "10",
    unit: "seconds",
    description:
      "How long a stopping server waits for requests in flight and for the journal; what is left stays on disk, safe.",
    sensitive: false,
  },
] as const satisfies readonly ConfigDefinition[];

export type ConfigKey = (typeof configDefinitions)[number]["key"];
