import type { Clock, IdSource } from "@taffrail/contracts";

/** What the doctor reads of a server's status; the API answers more. */
export interface DoctorStatus {
  readonly version: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly components: readonly { readonly name: string; readonly status: string; readonly detail: string }[];
  readonly journal: {
    readonly bytes: number;
    readonly bytesLimit: number;
    readonly oldestPendingMs: number;
    /** How often senders were refused for want of room in the last minute; absent where the server does not count it. */
    readonly refusedLastMinute?: number;
    readonly segmentsQuarantined: number;
  };
  readonly engine: { readonly state: string; readonly restarts: number; readonly reason: string };
  readonly dataDir: string;
}

/** What the doctor reads of the dead letters, newest first. */
export interface DoctorDeadLetters {
  readonly deadLetters: readonly { readonly receivedAt: string; readonly code: string; readonly count: number }[];
  readonly total: number;
}

/**
 * What the doctor examines: one server as its API shows it, and the machine the doctor runs on. Each function rejects when the server gives no
 * answer; a check lets that through, so that it counts as a fail with the reason.
 */
export interface DoctorSubject {
  /** The server's base URL. */
  readonly url: string;
  /** Version of the tool that asks. */
  readonly version: string;
  /** As `process.version`. */
  readonly nodeVersion: string;
  /** Data directory to examine; absent: the one the server names, when it runs on this machine. */
  readonly dataDir?: string;
  /** Write a marked record and look for it. */
  readonly deep: boolean;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Status of the server; one request serves all checks of a run. */
  status(): Promise<DoctorStatus>;
  /** Status of the server at another base URL. */
  statusAt(url: string, signal: AbortSignal): Promise<DoctorStatus>;
  /** The server's clock, milliseconds since 1970. */
  serverTime(signal: AbortSignal): Promise<number>;
  deadLetters(signal: AbortSignal): Promise<DoctorDeadLetters>;
  /** Sends one line of text to the server; resolves when it is accepted. */
  ingestLine(line: string, signal: AbortSignal): Promise<void>;
  /** How many records of the last minutes match a query. */
  countMatches(query: string, signal: AbortSignal): Promise<number>;
}

/** The port that OpenTelemetry senders use unless told otherwise. */
export const defaultPort = 4318;

const loopbackHosts = ["127.0.0.1", "[::1]", "localhost"];

/**
 * Whether a server's URL names this machine's loopback.
 *
 * @example isLoopback("http://[::1]:4318") // true
 */
export const isLoopback = (url: string): boolean => loopbackHosts.includes(new URL(url).hostname);
