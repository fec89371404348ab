import type { EngineStatus } from "../engine/engine.ts";

/** Where the server stands in its life. */
type Phase = "starting" | "running" | "stopping";

/** Answer of a probe: whether it is well, and one sentence why not. */
export interface Probe {
  readonly status: "ok" | "starting" | "unavailable";
  readonly detail: string;
}

/** What the probes look at. */
export interface Readiness {
  phase: Phase;
  /** True once the server has been ready for the first time; it never turns back. */
  wasReady: boolean;
}

/**
 * Says whether records are taken in and questions answered.
 *
 * @example readinessProbe({ phase: "running", wasReady: true }, engine.status()).status // "ok"
 */
export function readinessProbe(state: Readiness, engine: EngineStatus | undefined): Probe {
  if (state.phase === "starting") return { status: "starting", detail: "the server is starting" };
  if (state.phase === "stopping") return { status: "unavailable", detail: "the server is shutting down" };
  if (engine?.state === "ready") return { status: "ok", detail: "" };
  const reason = engine?.reason ? `: ${engine.reason}` : "";
  return { status: "unavailable", detail: `the engine is ${engine?.state ?? "starting"}${reason}` };
}

/** Says whether the start is over; unlike readiness it stays so when the engine is away for a moment. */
export function startupProbe(state: Readiness): Probe {
  return state.wasReady ? { status: "ok", detail: "" } : { status: "starting", detail: "the server is starting" };
}
