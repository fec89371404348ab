import { describe, expect, it } from "vitest";
import { createLedger, droppedTotal, dropReasons, ledgerFault } from "./ledger.ts";
import { createRandom } from "./random.ts";

describe("a ledger", () => {
  it("balances after any sequence of bookings", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = createRandom(seed);
    const book = createLedger();
    for (let step = 0; step < 1000; step += 1) {
      book.accept(5);
      book.deliver(random.integer(0, 3));
      book.filter(random.integer(0, 2));
      book.drop(random.pick(dropReasons), 1);
      expect(ledgerFault(book.read()), `seed ${seed}, step ${step}`).toBeUndefined();
    }
    expect(droppedTotal(book.read())).toBe(1000);
  });

  it("names a difference and a negative count", () => {
    const ledger = { accepted: 3, delivered: 1, filtered: 0, dropped: { closed: 1 }, pending: 0 };
    expect(ledgerFault(ledger)).toContain("accepted 3 ≠ 1 delivered + 0 filtered + 1 dropped + 0 pending");
    const book = createLedger();
    book.deliver();
    expect(ledgerFault(book.read())).toContain("negative");
  });

  it("answers a copy: later bookings do not change what was read", () => {
    const book = createLedger();
    book.drop("closed");
    const before = book.read();
    book.drop("closed");
    expect(before.dropped.closed).toBe(1);
  });
});
