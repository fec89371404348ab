import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static, TSchema } from "typebox";
import type { Principal, Scope } from "../access/scope.ts";
import type { RouteDefinition } from "./route.ts";
import type { OperationId, Routes } from "./routes/table.ts";

type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

type TypeOf<Schema> = Schema extends TSchema ? Frozen<Static<Schema>> : undefined;

/** One call of a route: checked input, on whose behalf, and a signal that aborts when the client went away. */
export interface Call<Route extends RouteDefinition> {
  readonly principal: Principal;
  readonly scope: Scope;
  readonly params: TypeOf<Route["params"]>;
  readonly query: TypeOf<Route["querystring"]>;
  readonly body: TypeOf<Route["body"]>;
  readonly signal: AbortSignal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A handler that has sent its own answer (a stream, bytes, another status) returns this. */
export const sent = Symbol("sent");

type Handler<Route extends RouteDefinition> = (
  call: Call<Route>,
) => Promise<TypeOf<Route["response"]> | typeof sent> | TypeOf<Route["response"]> | typeof sent;

/** A handler for each of the named operations. */
export type HandlersOf<Ids extends OperationId> = { readonly [Id in Ids]: Handler<Routes[Id]> };

/** A handler for every operation of the API: a route without one does not compile. */
export type Handlers = HandlersOf<OperationId>;
