import type { ErrorCode } from "@taffrail/contracts";
import type { TObject, TSchema } from "typebox";
import type { Action, Resource } from "../access/scope.ts";

/** How a body travels: as JSON, as server-sent events, as Prometheus text, or as bytes that the handler reads itself. */
type Media = "application/json" | "text/event-stream" | "text/plain" | "application/x-ndjson" | "*/*";

/**
 * One route as data: the server registers it, the OpenAPI file describes it, the client is generated from that file, and the access check
 * reads `action` and `resource`. Paths are written as OpenAPI does, `/things/{id}`.
 */
export interface RouteDefinition {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Other paths that answer the same; not in the OpenAPI file. */
  readonly aliases?: readonly string[];
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly action: Action;
  readonly resource: Resource;
  readonly params?: TObject;
  readonly querystring?: TObject;
  /** JSON body. */
  readonly body?: TSchema;
  /** Body that is not JSON: the media types that the handler takes, main one first. */
  readonly rawBody?: readonly string[];
  readonly response: TSchema;
  readonly media?: Media;
  /** Errors worth naming in the reference, beyond those that any route can answer. */
  readonly errors?: readonly ErrorCode[];
  /** False: no method in the generated client (probes, other people's protocols). */
  readonly client?: false;
}

/**
 * Keeps the exact types of a route's schemas, so that its handler is typed by them.
 *
 * @example const getThing = defineRoute({ method: "GET", path: "/api/v1/things/{id}", operationId: "getThing", ... });
 */
export function defineRoute<const Route extends RouteDefinition>(route: Route): Route {
  return route;
}
