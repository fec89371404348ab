import type { DropReason, Signal, Sink } from "@taffrail/contracts";
import type { Spool } from "../spool/spool.ts";
import type { RetryPolicy } from "./backoff.ts";
import { batchingOf } from "./batching.ts";
import type { BreakerPolicy } from "./breaker.ts";
import { Delivery } from "./delivery.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import { DurableLane } from "./durable-lane.ts";
import { MemoryLane } from "./memory-lane.ts";
import { type Overflow, policiesOf } from "./overflow.ts";
import { type SinkRoute, takes } from "./routes.ts";
import type { SinkStart } from "./sink-start.ts";
import type { StreamLane } from "./stream-lane.ts";

export interface LanesOptions
  extends Pick<DeliveryOptions, "retry" | "writeTimeoutMs" | "clock" | "random" | "detach"> {
  readonly signal: Signal;
  readonly routes: readonly SinkRoute[];
  readonly names: readonly string[];
  readonly bufferBytes: number;
  readonly overflow: Overflow;
  readonly reserve: number;
  readonly breaker: BreakerPolicy | false;
  readonly spool: Spool | undefined;
  /** Starts a sink, once. */
  readonly start: (sink: Sink, name: string) => SinkStart;
  readonly gather: () => void;
  readonly onChange: () => void;
  readonly onDrop: (name: string, reason: DropReason, records: number) => void;
  readonly onFailure: (name: string, reason: string) => void;
}

/** What waits on disk is given up by the bounds of the spool, not after a time that suits memory. */
function retryOf(route: SinkRoute, isDurable: boolean, retry: RetryPolicy): RetryPolicy {
  const retryForMs = route.retryForMs ?? (isDurable ? Number.POSITIVE_INFINITY : retry.retryForMs);
  return { ...retry, retryForMs };
}

function createLane(options: LanesOptions, route: SinkRoute, index: number, all: readonly StreamLane[]): StreamLane {
  const { signal, spool } = options;
  const name = options.names[index] ?? route.sink.manifest.name;
  const bit = 1 << index;
  const slot: { delivery?: Delivery } = {};
  const told = {
    onDrop: (reason: DropReason, records: number) => options.onDrop(name, reason, records),
    onChange: () => {
      options.onChange();
      slot.delivery?.changed();
    },
  };
  const isDurable = route.durable === true && spool !== undefined && takes(route.sink, signal);
  const source = isDurable
    ? new DurableLane(spool, { name, bit: index }, told)
    : new MemoryLane({
        ...told,
        signal,
        limitBytes: route.bufferBytes ?? options.bufferBytes,
        reserve: options.reserve,
        policies: policiesOf(route.overflow ?? options.overflow),
        lingers: batchingOf(route.sink).lingerMs > 0,
        gather: options.gather,
        onResize: (chunk, bytes) => {
          for (const lane of all) lane.memory?.resize(chunk, bytes);
        },
      });
  const delivery = new Delivery({
    sink: route.sink,
    fallback: route.fallback,
    source,
    retry: retryOf(route, isDurable, options.retry),
    writeTimeoutMs: route.writeTimeoutMs ?? options.writeTimeoutMs,
    breaker: route.breaker ?? options.breaker,
    clock: options.clock,
    random: options.random,
    start: options.start(route.sink, name),
    fallbackStart: route.fallback && options.start(route.fallback, `${name} fallback`),
    detach: options.detach,
    onFailure: (reason) => options.onFailure(name, reason),
  });
  slot.delivery = delivery;
  const memory = source instanceof MemoryLane ? source : undefined;
  const durable = source instanceof DurableLane ? source : undefined;
  return { name, bit, delivery, memory, durable, ledger: (offered) => source.ledger(offered) };
}

/**
 * Makes the ways of one signal to all sinks.
 *
 * @example const lanes = createLanes({ ...options, signal: "logs" });
 */
export function createLanes(options: LanesOptions): readonly StreamLane[] {
  const lanes: StreamLane[] = [];
  options.routes.forEach((route, index) => {
    lanes.push(createLane(options, route, index, lanes));
  });
  return lanes;
}
