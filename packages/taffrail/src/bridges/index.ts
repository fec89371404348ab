export { bridgeConsole, type ConsoleBridgeOptions, type ConsoleMethod } from "./console.ts";
export { type PinoBridgeOptions, type PinoChildOptions, type PinoCompatible, pinoCompatible } from "./pino.ts";
export { type PinoStreamOptions, taffrailStream } from "./pino-stream.ts";
export { type WinstonCompatible, winstonCompatible } from "./winston.ts";
export { type WinstonTransportOptions, winstonTransport } from "./winston-transport.ts";
