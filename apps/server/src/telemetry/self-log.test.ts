import { ledgerFault, systemClock } from "@taffrail/contracts";
import { describe, expect, it } from "vitest";
import { createJournalSink } from "./journal-sink.ts";
import { createSelfLog } from "./self-log.ts";

describe("the server's own log", () => {
  it("leaves nothing waiting when the server never came to a journal", async () => {
    const journal = createJournalSink(new Promise(() => undefined), "default");
    const log = createSelfLog({ level: "info", format: "json", journal, clock: systemClock, version: "1" });
    log.write("info", "server.starting", "starting");
    await log.close();
    const ledger = log.ledger();
    expect(ledger).toMatchObject({ accepted: 1, delivered: 0, dropped: { deadline: 1 }, pending: 0 });
    expect(ledgerFault(ledger)).toBeUndefined();
    await log.close();
  });
});
