import { TaffrailError } from "@taffrail/contracts";

/** Something that is not there from the start. */
export interface Gate<Value> {
  /** Throws `server_starting` before `open`. */
  get(): Value;
  peek(): Value | undefined;
  /** Resolves once it is open. */
  readonly opened: Promise<Value>;
  open(value: Value): void;
}

/**
 * Holds what the port is opened before: probes are answered at once, everything else as soon as the parts are open.
 *
 * @example const gate = createGate<Parts>(); gate.open(parts); gate.get().ingest
 */
export function createGate<Value>(): Gate<Value> {
  let held: Value | undefined;
  let tell: (value: Value) => void = () => undefined;
  const opened = new Promise<Value>((resolve) => {
    tell = resolve;
  });
  return {
    get() {
      if (held === undefined) throw new TaffrailError("server_starting", { reason: "the journal is being read" });
      return held;
    },
    peek: () => held,
    opened,
    open(value) {
      held = value;
      tell(value);
    },
  };
}
