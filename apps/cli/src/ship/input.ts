import type { Clock } from "@taffrail/contracts";
import { type BatchBounds, type BatchBuilder, createBatchBuilder } from "./batch.ts";
import { createRecordEncoder, type RecordEncoder, type ShipFormat } from "./encode-record.ts";
import { createLineSplitter, type LineSplitter } from "./line-splitter.ts";
import type { Place } from "./place.ts";
import type { PlaceTracker } from "./place-tracker.ts";
import { createRecordJoiner, type JoinedRecord, type JoinerOptions, type RecordJoiner } from "./record-joiner.ts";
import type { Sender } from "./sender.ts";
import type { Delivered } from "./settled.ts";
import type { ShipBook } from "./ship-ledger.ts";
import type { Source } from "./source.ts";

/** What a turn ended with: more may be there at once, nothing new, the file was cut, or it is over. */
export type TurnResult =
  | { readonly state: "busy" | "idle" }
  | { readonly state: "restarted"; readonly old: Place | undefined }
  | { readonly state: "ended"; readonly damage?: string | undefined };

export interface InputOptions {
  readonly source: Source;
  /** Where the source starts. */
  readonly offset: number;
  /** Absent for standard input, which has no place. */
  readonly tracker: PlaceTracker | undefined;
  readonly service: string;
  readonly format: ShipFormat;
  readonly joiner: JoinerOptions;
  readonly bounds: BatchBounds;
  readonly lineBytesMax: number;
  readonly sender: Sender;
  readonly book: ShipBook;
  readonly clock: Clock;
  /** So many inputs that each must give up its memory at the end of its turn. */
  readonly isCrowded: () => boolean;
  readonly onDelivered: (delivered: Delivered) => void;
}

/** Chunks that one turn reads at most, so that each input gets its turn. */
const chunksMax = 4;

/** One source on its way to the server: lines, records, batches, and the place that is reached. */
export class Input {
  readonly #options: InputOptions;
  readonly #joiner: RecordJoiner;
  readonly #builder: BatchBuilder;
  readonly #encode: RecordEncoder;
  #splitter: LineSplitter;

  constructor(options: InputOptions) {
    this.#options = options;
    this.#joiner = createRecordJoiner(options.joiner);
    this.#builder = createBatchBuilder(options.bounds);
    this.#encode = createRecordEncoder(options.format);
    this.#splitter = createLineSplitter(options);
  }

  /** Reads what is there, up to a bound, and submits the batches that are full or due. */
  async turn(): Promise<TurnResult> {
    for (let chunk = 0; chunk < chunksMax; chunk += 1) {
      const event = await this.#options.source.read();
      if (event.kind === "restarted") return this.#restart();
      if (event.kind === "ended") {
        await this.flush();
        return { state: "ended", damage: event.damage };
      }
      if (event.kind === "idle") {
        await this.#submitDue();
        return { state: chunk === 0 ? "idle" : "busy" };
      }
      await this.#addBytes(event.bytes);
    }
    // There is more to read: the batch fills by itself, and small ones would only cost the server.
    if (this.#options.isCrowded()) await this.#submit();
    return { state: "busy" };
  }

  /** Submits everything that is held, the unfinished last line too: for a content that gives nothing more. */
  async flush(): Promise<void> {
    const rest = this.#splitter.rest();
    const nowMs = this.#options.clock.monotonic();
    if (rest) await this.#addAll(this.#joiner.push(rest, nowMs), nowMs);
    await this.flushLines();
  }

  /** Submits every line that is complete. The place stays before an unfinished one: who goes on there meets it whole. */
  async flushLines(): Promise<void> {
    await this.#addAll(this.#joiner.flush(), this.#options.clock.monotonic());
    await this.#submit();
  }

  close(): Promise<void> {
    return this.#options.source.close();
  }

  #add(record: JoinedRecord, nowMs: number): void {
    const { book } = this.#options;
    const encoded = record.kind === "record" ? this.#encode(record.lines) : undefined;
    if (record.kind === "blank") book.skipBlank();
    else if (record.kind === "too-long") book.skipTooLong();
    else if (encoded === undefined) book.skipForeign(record.lines.length);
    else book.readRecord(record.lines.length);
    this.#builder.add(record, encoded, nowMs);
  }

  async #addAll(records: readonly JoinedRecord[], nowMs: number): Promise<void> {
    for (const record of records) {
      this.#add(record, nowMs);
      if (this.#builder.isFull()) await this.#submit();
    }
  }

  /** The hot path: waits only when a batch is full, not at every line. */
  async #addBytes(bytes: Buffer): Promise<void> {
    this.#options.tracker?.noteBytes(bytes);
    const nowMs = this.#options.clock.monotonic();
    for (const line of this.#splitter.push(bytes)) {
      for (const record of this.#joiner.push(line, nowMs)) this.#add(record, nowMs);
      if (this.#builder.isFull()) await this.#submit();
    }
  }

  async #submitDue(): Promise<void> {
    const nowMs = this.#options.clock.monotonic();
    await this.#addAll(this.#joiner.expire(nowMs), nowMs);
    if (this.#builder.isDue(nowMs) || this.#options.isCrowded()) await this.#submit();
  }

  async #submit(): Promise<void> {
    const batch = this.#builder.take();
    if (!batch) return;
    const { tracker, book, sender, service, onDelivered } = this.#options;
    const ticket = tracker?.begin(batch);
    const settle = (): void => {
      if (ticket) tracker?.settle(ticket);
    };
    if (batch.records === 0) return settle();
    const settled = (delivered: Delivered): void => {
      book.settle(delivered.shipped, delivered.rejected);
      settle();
      onDelivered(delivered);
    };
    await sender.submit({ body: batch.body, records: batch.records, service, settled });
  }

  async #restart(): Promise<TurnResult> {
    await this.flush();
    this.#splitter = createLineSplitter({ offset: 0, lineBytesMax: this.#options.lineBytesMax });
    return { state: "restarted", old: this.#options.tracker?.restart() };
  }
}
