import { type Clock, type IdSource, type Level, levels, systemClock, systemIds } from "@taffrail/contracts";
import type { Logger } from "../logger.ts";
import { checkOptions, isBoolean, isInteger, isObject, isText, type OptionCheck } from "../options/check-options.ts";
import { propagationChecks } from "../propagation/propagation-options.ts";

/** The level of the record for each way that a request can end. */
export interface RequestLevels {
  /** Status below 400. Default `info`. */
  readonly ok: Level;
  /** Status 400 to 499. Default `warn`. */
  readonly clientError: Level;
  /** Status 500 and above, or an error that nobody handled. Default `error`. */
  readonly serverError: Level;
  /** The client went away before the response was complete. Default `warn`. */
  readonly aborted: Level;
}

/** Options that all middleware shares. */
export interface RequestLogOptions {
  /** The logger that gets one record a request. */
  readonly log: Pick<Logger, "log">;
  /** Header that brings and takes back the request id; false for no ids. Default `x-request-id`. */
  readonly requestIdHeader?: string | false;
  /** Take over ids and traces that the client sends (when they are valid). Turn off where strangers call. Default true. */
  readonly trustClient?: boolean;
  /** Members of the incoming baggage that become context fields. Default: none. */
  readonly fields?: readonly string[];
  /** Paths that get no record: exact, or with a `*` at the end. Context and request id are still set. Default: none. */
  readonly skip?: readonly string[];
  readonly levels?: Partial<RequestLevels>;
  /** Request headers to keep in the record, under `http.request.header.<name>`. Default: none. */
  readonly requestHeaders?: readonly string[];
  /** Response headers to keep in the record, under `http.response.header.<name>`. Default: none. */
  readonly responseHeaders?: readonly string[];
  /** Query parameters to keep in the record, under `url.query`. All others are left out, since they may be secrets. Default: none. */
  readonly query?: readonly string[];
  /** Keep the client's address, under `client.address`. Default false. */
  readonly clientAddress?: boolean;
  /** Proxies of your own in front: so many entries at the end of `X-Forwarded-For` are believed. Default 0. */
  readonly trustedProxies?: number;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/** The options with their defaults; names of headers in lower case. */
export interface ResolvedRequestOptions extends Required<RequestLogOptions> {
  readonly levels: RequestLevels;
}

const defaultLevels: RequestLevels = { ok: "info", clientError: "warn", serverError: "error", aborted: "warn" };

const areTexts: OptionCheck = (value) =>
  Array.isArray(value) && value.every((text) => isText(text) === undefined)
    ? undefined
    : "it must be a list of non-empty strings";

const arePaths: OptionCheck = (value) =>
  Array.isArray(value) && value.every((path) => typeof path === "string" && /^\/[^*]*\*?$/.test(path))
    ? undefined
    : 'it must be a list of paths that begin with "/"; only the last character may be *';

const areLevels: OptionCheck = (value) =>
  isObject(value) ??
  Object.entries(value as object)
    .map(([key, level]) =>
      Object.hasOwn(defaultLevels, key) && levels.includes(level)
        ? undefined
        : `${key} must be one of ${Object.keys(defaultLevels).join(", ")} with a level`,
    )
    .find((reason) => reason !== undefined);

const isHeaderName: OptionCheck = (value) =>
  value === false || (typeof value === "string" && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value))
    ? undefined
    : "it must be the name of a header, or false";

const isLog: OptionCheck = (value) =>
  typeof (value as { readonly log?: unknown } | null)?.log === "function" ? undefined : "it must be a logger";

const checks = {
  ...propagationChecks,
  log: isLog,
  requestIdHeader: isHeaderName,
  trustClient: isBoolean,
  skip: arePaths,
  levels: areLevels,
  requestHeaders: areTexts,
  responseHeaders: areTexts,
  query: areTexts,
  clientAddress: isBoolean,
  trustedProxies: isInteger(0, 16),
  clock: isObject,
  ids: isObject,
} as const satisfies Readonly<Record<keyof RequestLogOptions, OptionCheck>>;

const lower = (names: readonly string[] = []): readonly string[] => names.map((name) => name.toLowerCase());

/** Throws `option_unknown` and `option_invalid`. */
export function resolveRequestOptions(where: string, options: RequestLogOptions): ResolvedRequestOptions {
  checkOptions(where, options, checks);
  // `undefined` counts as not given; of the required options there is only this one.
  checkOptions(where, { log: options.log ?? null }, { log: isLog });
  const header = options.requestIdHeader ?? "x-request-id";
  return {
    log: options.log,
    requestIdHeader: header === false ? false : header.toLowerCase(),
    trustClient: options.trustClient ?? true,
    fields: options.fields ?? [],
    skip: options.skip ?? [],
    levels: { ...defaultLevels, ...options.levels },
    requestHeaders: lower(options.requestHeaders),
    responseHeaders: lower(options.responseHeaders),
    query: options.query ?? [],
    clientAddress: options.clientAddress ?? false,
    trustedProxies: options.trustedProxies ?? 0,
    clock: options.clock ?? systemClock,
    ids: options.ids ?? systemIds,
  };
}
