import { join } from "node:path";
import { type Health, TaffrailError } from "@taffrail/contracts";
import { makeFolder } from "../make-folder.ts";
import type { BatchSource } from "../pipeline/batch-source.ts";
import { crc32 } from "./checksum.ts";
import { type Claim, Claims } from "./claims.ts";
import { allRoutes, type SinkBit } from "./frame.ts";
import { Lane } from "./lane.ts";
import { LaneReader } from "./lane-reader.ts";
import { createLateProblems, type LateProblems } from "./late-problems.ts";
import { thisOwner } from "./owner.ts";
import { createQuarantine, type Quarantine } from "./quarantine.ts";
import { endOf, type Segment } from "./segment.ts";
import { SegmentSync } from "./segment-sync.ts";
import type { AppendResult, SourceOptions, Spool, SpoolState } from "./spool.ts";
import { resolveSpoolOptions, type SpoolOptions } from "./spool-options.ts";
import { SpoolSource } from "./spool-source.ts";
import { Writer } from "./writer.ts";

const maintainMs = 5000;
/** Without a sign of life for this long another process may soon take our lane: before the next record we look whether it is still ours. */
const leaseMs = 15_000;
const rankError = 4;
/** Share of the disk space that only errors and audit records may use. */
const reserveShare = 0.1;
const frameBytes = 21;

/** One sink as the spool knows it. */
interface Tenant {
  readonly name: string;
  readonly source: SpoolSource;
  readonly options: SourceOptions;
  /** Its reader in each lane. */
  readonly readers: Map<Lane, LaneReader>;
}

class FileSpool implements Spool {
  readonly #options: Required<SpoolOptions>;
  readonly #problems: LateProblems;
  readonly #claims: Claims;
  readonly #quarantine: Quarantine;
  readonly #sync: SegmentSync;
  readonly #timer: NodeJS.Timeout;
  readonly #tenants: Tenant[] = [];
  /** Lanes that others left, oldest first. */
  #adopted: Lane[] = [];
  #own: Lane;
  #writer: Writer;
  #sinks: readonly SinkBit[] = [];
  #wake: () => void = () => {};
  #keptAt: number;
  #isFull = false;
  #isClosed = false;
  /** Sinks that we do not have, of which we told that records wait for them. */
  readonly #toldOf = new Set<string>();
  #adoptions = 0;
  #tornTails = 0;
  /** Wall clock minus monotonic clock when we began: age is told by the monotonic clock, which no time server moves. */
  readonly #epoch: number;

  constructor(options: Required<SpoolOptions>) {
    const { dir, signal, clock, ids, fsync, fsyncIntervalMs, quarantineBytes } = options;
    const root = join(dir, signal);
    makeFolder(root, 0o700);
    this.#problems = createLateProblems(options.problem);
    const problem = this.#problems.add;
    this.#options = { ...options, problem };
    this.#epoch = clock.now() - clock.monotonic();
    this.#keptAt = clock.monotonic();
    this.#claims = new Claims(root, thisOwner(), clock, ids);
    this.#quarantine = createQuarantine(join(dir, "quarantine"), quarantineBytes);
    const abandon = (segment: Segment): void => this.#writer.abandon(segment);
    this.#sync = new SegmentSync({ policy: fsync, intervalMs: fsyncIntervalMs, problem, abandon });
    this.#own = this.#lane(this.#claims.create(), true);
    this.#writer = this.#write(this.#own);
    this.#writer.open();
    this.#adopt();
    this.#timer = setInterval(() => this.maintain(), maintainMs);
    this.#timer.unref();
  }

  append(line: string, rank: number, routes: number = allRoutes): AppendResult {
    if (this.#isClosed) return "closed";
    if (this.#options.clock.monotonic() - this.#keptAt > leaseMs) this.#keep();
    if (!this.#hasRoom(line.length + frameBytes, rank)) return "quota";
    const result = this.#writer.append(line, rank, routes);
    if (result === "buffer-full") return result;
    for (const { source, readers } of this.#tenants) {
      if ((routes & (1 << source.bit)) !== 0) readers.get(this.#own)?.appended();
    }
    return result;
  }

  source(sink: string, options: SourceOptions = {}): BatchSource {
    const known = this.#tenants.find(({ name }) => name === sink);
    if (known !== undefined) return known.source;
    const bit = options.bit ?? this.#tenants.length;
    const tenant: Tenant = { name: sink, source: new SpoolSource(bit), options, readers: new Map() };
    this.#tenants.push(tenant);
    this.#sinks = this.#tenants.map(({ name, source }) => ({ bit: source.bit, name }));
    for (const lane of [...this.#adopted, this.#own]) this.#read(tenant, lane);
    return tenant.source;
  }

  onRecords(wake: () => void): void {
    this.#wake = wake;
  }

  async sync(): Promise<void> {
    this.#writer.flush();
    await this.#sync.sync();
    this.#problems.tell();
  }

  syncSync(): void {
    this.#writer.flush();
    this.#sync.syncSync();
    this.#problems.tell();
  }

  maintain(): void {
    if (this.#isClosed) return;
    this.#keep();
    this.#writer.retry();
    this.#expire();
    this.#letGo();
    this.#adopt();
    this.#tellOfStrangers();
    this.#problems.tell();
  }

  stats(): SpoolState {
    const lanes = [...this.#adopted, this.#own];
    const segments = lanes.flatMap((lane) => lane.segments);
    const records = lanes.reduce((sum, lane) => sum + this.#waitingIn(lane), 0);
    return {
      records,
      bytes: lanes.reduce((sum, lane) => sum + lane.bytes, 0),
      limitBytes: this.#options.maxBytes,
      segments: segments.length,
      quarantinedSegments: this.#quarantine.segments,
      quarantinedBytes: this.#quarantine.bytes,
      heldRecords: this.#writer.heldRecords,
      tornTails: this.#tornTails,
      adopted: this.#adoptions,
    };
  }

  health(): Health {
    const { failure } = this.#writer;
    if (failure !== undefined) {
      return {
        status: "degraded",
        detail: `the disk refuses, ${this.#writer.heldRecords} records are in memory: ${failure}`,
      };
    }
    if (this.#sync.failure !== undefined) return { status: "degraded", detail: this.#sync.failure };
    if (this.#isFull) return { status: "degraded", detail: `the spool is full (${this.#options.maxBytes} bytes)` };
    return { status: "healthy" };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#writer.close();
    if (this.#options.fsync !== "never") await this.#sync.sync();
    this.#forsakeMemory();
    for (const lane of [...this.#adopted, this.#own]) {
      for (const { readers } of this.#tenants) readers.get(lane)?.finish();
      lane.trim();
      this.#drop(lane, false);
      if (lane.segments.length === 0) this.#claims.remove(lane.claim);
      else this.#claims.release(lane.claim);
    }
    this.#problems.tell();
  }

  #lane(claim: Claim, isOwn: boolean): Lane {
    const removed = (segment: Segment): void => this.#sync.forget(segment);
    return new Lane({ claim, quarantine: this.#quarantine, problem: this.#options.problem, removed }, isOwn);
  }

  #write(lane: Lane): Writer {
    const { clock, segmentBytes, holdBytes, commit, problem } = this.#options;
    return new Writer({
      lane,
      sync: this.#sync,
      segmentBytes,
      holdBytes,
      commit,
      sinks: () => this.#sinks,
      now: () => this.#now(),
      monotonic: () => clock.monotonic(),
      problem,
      readable: () => this.#readable(),
    });
  }

  /** Ms since 1970, without jumps. */
  #now(): number {
    return this.#epoch + this.#options.clock.monotonic();
  }

  #readable(): void {
    let isWanted = false;
    for (const { source } of this.#tenants) {
      isWanted ||= source.isStarved;
      source.isStarved = false;
    }
    if (isWanted) this.#wake();
  }

  /** Records of a lane that some sink still needs; all of them as long as no sink is known. */
  #waitingIn(lane: Lane): number {
    const places = this.#tenants.map(({ readers }) => readers.get(lane)?.needed ?? 0);
    const from = places.length === 0 ? 0 : Math.min(...places);
    return lane.segments.reduce((sum, segment) => {
      const left = endOf(segment) - Math.max(from, segment.header.first);
      return sum + Math.max(0, left);
    }, 0);
  }

  #read(tenant: Tenant, lane: Lane): void {
    const { name, source, options, readers } = tenant;
    const reader = new LaneReader({
      lane,
      sink: name,
      // Each sink has a series of ids of its own: what is for one is not what is for another.
      spoolId: `${lane.claim.id}${crc32(name).toString(16).padStart(8, "0")}`,
      signal: this.#options.signal,
      listener: options.listener,
      oldestAllowed: () => this.#now() - this.#options.maxAgeMs,
      problem: this.#options.problem,
    });
    readers.set(lane, reader);
    source.add(reader, lane.isOwn);
  }

  #hasRoom(bytes: number, rank: number): boolean {
    const { maxBytes } = this.#options;
    const room = rank >= rankError ? maxBytes : maxBytes * (1 - reserveShare);
    const used = this.#used();
    if (used + bytes <= room || this.#makeRoom(used + bytes - room)) {
      this.#isFull = false;
      return true;
    }
    if (!this.#isFull) this.#problems.add(`the spool is full: ${used} of ${maxBytes} bytes are in use`);
    this.#isFull = true;
    return false;
  }

  #used(): number {
    let used = this.#own.bytes;
    for (const lane of this.#adopted) used += lane.bytes;
    return used;
  }

  /** Gives up what only sinks still want that this process does not have. */
  #makeRoom(bytes: number): boolean {
    let missing = bytes;
    for (const lane of this.#adopted) {
      for (const segment of lane.wantedByStrangers()) {
        if (missing <= 0) return true;
        missing -= segment.size;
        this.#options.problem(
          `the spool is full: ${segment.count} records for ${lane.strangers.join(", ")} are given up`,
        );
        lane.discard(segment);
      }
    }
    return missing <= 0;
  }

  /** Shows that we live, in every lane; leaves a lane that somebody else took over while we could not. */
  #keep(): void {
    this.#keptAt = this.#options.clock.monotonic();
    this.#adopted = this.#adopted.filter((lane) => {
      const isOurs = this.#claims.keep(lane.claim);
      if (!isOurs) this.#drop(lane, true);
      return isOurs;
    });
    if (!this.#claims.keep(this.#own.claim)) this.#begin();
  }

  /** Our lane is not where it was: it was removed, and is made again, or another process has it, and we begin a new one. */
  #begin(): void {
    const { problem } = this.#options;
    const { path } = this.#own.claim;
    try {
      if (this.#claims.restore(this.#own.claim)) {
        problem(`the spool's sub-directory ${path} was removed; what was in it is lost`);
        this.#writer.rotate();
        return;
      }
      const claim = this.#claims.create();
      problem(`the spool's sub-directory ${path} was taken over by another process; a new one is used`);
      this.#writer.close();
      this.#forsakeMemory();
      this.#drop(this.#own, true);
      this.#own = this.#lane(claim, true);
      this.#writer = this.#write(this.#own);
      for (const tenant of this.#tenants) this.#read(tenant, this.#own);
    } catch (error) {
      problem(`the spool's sub-directory ${path} is gone and cannot be made again: ${String(error)}`);
      this.#writer.lose(error);
    }
  }

  #adopt(): void {
    for (const claim of this.#claims.adopt()) {
      const lane = this.#lane(claim, false);
      this.#adoptions += 1;
      this.#tornTails += lane.tornTails;
      this.#adopted.push(lane);
      for (const tenant of this.#tenants) this.#read(tenant, lane);
    }
    this.#letGo();
    if (this.#adopted.length > 0) this.#readable();
  }

  #tellOfStrangers(): void {
    for (const name of this.#adopted.flatMap((lane) => lane.strangers)) {
      if (this.#toldOf.has(name)) continue;
      this.#toldOf.add(name);
      this.#options.problem(
        `the spool has records of an earlier process for the sink ${name}, which this logger does not have`,
      );
    }
  }

  /** Removes lanes of others in which nothing waits any more. */
  #letGo(): void {
    this.#adopted = this.#adopted.filter((lane) => {
      lane.trim();
      if (lane.segments.length > 0) return true;
      this.#drop(lane, false);
      this.#claims.remove(lane.claim);
      return false;
    });
  }

  /** Gives up what only memory has. */
  #forsakeMemory(): void {
    for (const segment of this.#own.segments) {
      if (segment.memory === undefined) continue;
      for (const { readers } of this.#tenants) readers.get(this.#own)?.forsake(segment);
    }
  }

  #drop(lane: Lane, isLost: boolean): void {
    for (const { source, readers } of this.#tenants) {
      const reader = readers.get(lane);
      if (reader === undefined) continue;
      reader.close(isLost);
      source.remove(reader);
      readers.delete(lane);
    }
    lane.close();
  }

  /** Gives up segments that are too old, for sinks that do not ask for records. */
  #expire(): void {
    const oldestAllowed = this.#now() - this.#options.maxAgeMs;
    for (const lane of [...this.#adopted, this.#own]) {
      for (const segment of [...lane.segments]) {
        const { header, lastMs, closed } = segment;
        if (!closed || header.createdAt + lastMs >= oldestAllowed) break;
        const readers = this.#tenants.flatMap(({ readers }) => readers.get(lane) ?? []);
        // Every one of them is asked, and none passes over an older file that it is still in.
        const isDone = readers.filter((reader) => reader.next < endOf(segment) && !reader.expire(segment)).length === 0;
        if (!isDone) break;
        lane.discard(segment);
      }
    }
  }
}

/**
 * Opens the spool of a directory: a sub-directory of our own to write, and whatever dead processes left there to deliver.
 * Throws `option_unknown`, `option_invalid`, and `spool_unusable` when the directory cannot be written.
 *
 * @example
 * const spool = createSpool({ dir: "/var/spool/app" });
 * const source = spool.source("http");
 * spool.append('{"msg":"kept"}\n', 2); // "stored"
 */
export function createSpool(options: SpoolOptions): Spool {
  const resolved = resolveSpoolOptions(options);
  try {
    return new FileSpool(resolved);
  } catch (error) {
    throw new TaffrailError("spool_unusable", { dir: resolved.dir, reason: String(error) }, error);
  }
}
