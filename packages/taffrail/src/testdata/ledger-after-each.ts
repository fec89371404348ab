import { type Ledger, ledgerFault } from "@taffrail/contracts";
import { afterEach, beforeEach, expect } from "vitest";
import { exitRegistryOf } from "../exit/exit-registry.ts";
import type { LogLedger } from "../pipeline/pipeline.ts";

// After every unit test the books of every logger that the test made must balance: the whole, each sink, each signal.

type Participant = Parameters<ReturnType<typeof exitRegistryOf>["join"]>[0];

const registry = exitRegistryOf(process);
const join = registry.join.bind(registry);
let met: Participant[] = [];
registry.join = (participant) => {
  met.push(participant);
  return join(participant);
};

function booksOf(ledger: Ledger): readonly (readonly [name: string, book: Ledger])[] {
  const { sinks = {}, signals = {} } = ledger as Partial<LogLedger>;
  const inner = Object.entries(signals).flatMap(([signal, book]) => booksOf(book).map(([name, each]) => [`${signal} ${name}`, each] as const));
  return [["all", ledger], ...Object.entries(sinks), ...inner];
}

beforeEach(() => {
  met = [];
});

afterEach(() => {
  for (const participant of met) {
    const ledger = participant.ledger?.();
    if (ledger === undefined) continue;
    for (const [name, book] of booksOf(ledger)) expect(ledgerFault(book), `ledger of ${name}`).toBeUndefined();
  }
});
