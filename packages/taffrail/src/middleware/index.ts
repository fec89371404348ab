export { expressErrors, expressLogger } from "./express.ts";
export { fastifyLogger } from "./fastify.ts";
export { honoLogger } from "./hono.ts";
export { loggedHandler } from "./node-handler.ts";
export type { RequestLevels, RequestLogOptions } from "./request-options.ts";
