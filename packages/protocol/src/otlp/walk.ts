import { limits, TaffrailError } from "@taffrail/contracts";
import {
  createKeyMemory,
  noteRepeat,
  type Walk,
  walkId,
  walkKeyValue,
  walkNotes,
  walkText,
  walkTimeMs,
  walkValue,
} from "./walk-value.ts";
import {
  fieldSet,
  openCursor,
  readLength,
  readTag,
  readVarint,
  skipField,
  takeFixed,
  WireFault,
  wireBytes,
  wireFixed32,
  wireFixed64,
  wireVarint,
} from "./wire.ts";

/** What a record's time is held against. */
export interface WalkBounds {
  /** Records before it are too old for their retention. Milliseconds since 1970. */
  readonly oldestMs: number;
  /** Records after it come from a wrong clock. Milliseconds since 1970. */
  readonly latestMs: number;
}

/** What a walk found. Times are of the records whose time can be used; both are 0 when there is none. */
export interface WalkResult {
  readonly records: number;
  readonly timeMinMs: number;
  readonly timeMaxMs: number;
  /** True: the bytes may go to the engine as they are. False: the request must be decoded; `notes` says why. */
  readonly plain: boolean;
  readonly notes: readonly (keyof typeof walkNotes)[];
}

interface LogsWalk extends Walk {
  readonly bounds: WalkBounds;
  records: number;
  timeMinMs: number;
  timeMaxMs: number;
}

/** No computer logged before 1990; such a time is a clock that was never set, or a wrong unit. */
export const earliestMs = 631_152_000_000;

function noteTime(walk: LogsWalk, timeMs: number): void {
  if (timeMs < earliestMs || timeMs > walk.bounds.latestMs) {
    walk.notes |= walkNotes.oddTime;
    return;
  }
  if (timeMs < walk.bounds.oldestMs) walk.notes |= walkNotes.tooOld;
  if (timeMs < walk.timeMinMs) walk.timeMinMs = timeMs;
  if (timeMs > walk.timeMaxMs) walk.timeMaxMs = timeMs;
}

const recordFields = fieldSet(1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12);

/** Walks the rarer fields of a record. */
function walkRecordField(walk: LogsWalk, tag: number, end: number): void {
  switch (tag) {
    case (2 << 3) | wireVarint:
      if (readVarint(walk, end) > 24) walk.notes |= walkNotes.oddValue;
      return;
    case (3 << 3) | wireBytes:
    case (12 << 3) | wireBytes:
      walkText(walk, end);
      return;
    case (7 << 3) | wireVarint:
      readVarint(walk, end);
      return;
    case (8 << 3) | wireFixed32:
      takeFixed(walk, end, 4);
      return;
    case (9 << 3) | wireBytes:
      walkId(walk, end, 16);
      return;
    case (10 << 3) | wireBytes:
      walkId(walk, end, 8);
      return;
    case (11 << 3) | wireFixed64: {
      const observedMs = walkTimeMs(walk, end);
      if (observedMs !== 0 && (observedMs < earliestMs || observedMs > walk.bounds.latestMs))
        walk.notes |= walkNotes.oddTime;
      return;
    }
    default:
      skipField(walk, tag, end, recordFields);
  }
}

function walkRecord(walk: LogsWalk, end: number): void {
  if (end - walk.pos > limits.recordLine.value) walk.notes |= walkNotes.tooLarge;
  let timeMs = 0;
  let bodySeen = false;
  walk.keys.count = 0;
  walk.records++;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((6 << 3) | wireBytes)) walkKeyValue(walk, readLength(walk, end), 0);
    else if (tag === ((1 << 3) | wireFixed64)) timeMs = walkTimeMs(walk, end);
    else if (tag === ((5 << 3) | wireBytes)) {
      noteRepeat(walk, bodySeen);
      bodySeen = true;
      if (!walkValue(walk, readLength(walk, end), 0)) walk.notes |= walkNotes.nested;
    } else walkRecordField(walk, tag, end);
  }
  noteTime(walk, timeMs);
}

const scopeFields = fieldSet(1, 2, 3, 4);

function walkScope(walk: LogsWalk, end: number): void {
  walk.keys.count = 0;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((1 << 3) | wireBytes) || tag === ((2 << 3) | wireBytes)) walkText(walk, end);
    else if (tag === ((3 << 3) | wireBytes)) walkKeyValue(walk, readLength(walk, end), 0);
    else if (tag === ((4 << 3) | wireVarint)) readVarint(walk, end);
    else skipField(walk, tag, end, scopeFields);
  }
}

const resourceFields = fieldSet(1, 2);

function walkResource(walk: LogsWalk, end: number): void {
  walk.keys.count = 0;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((1 << 3) | wireBytes)) walkKeyValue(walk, readLength(walk, end), 0);
    else if (tag === ((2 << 3) | wireVarint)) readVarint(walk, end);
    else skipField(walk, tag, end, resourceFields);
  }
}

const groupFields = fieldSet(1, 2, 3);

function walkScopeLogs(walk: LogsWalk, end: number): void {
  let scopeSeen = false;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((2 << 3) | wireBytes)) walkRecord(walk, readLength(walk, end));
    else if (tag === ((1 << 3) | wireBytes)) {
      noteRepeat(walk, scopeSeen);
      scopeSeen = true;
      walkScope(walk, readLength(walk, end));
    } else if (tag === ((3 << 3) | wireBytes)) walkText(walk, end);
    else skipField(walk, tag, end, groupFields);
  }
}

function walkResourceLogs(walk: LogsWalk, end: number): void {
  let resourceSeen = false;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((2 << 3) | wireBytes)) walkScopeLogs(walk, readLength(walk, end));
    else if (tag === ((1 << 3) | wireBytes)) {
      noteRepeat(walk, resourceSeen);
      resourceSeen = true;
      walkResource(walk, readLength(walk, end));
    } else if (tag === ((3 << 3) | wireBytes)) walkText(walk, end);
    else skipField(walk, tag, end, groupFields);
  }
}

const requestFields = fieldSet(1);

function walkRequest(walk: LogsWalk): void {
  const end = walk.bytes.byteLength;
  while (walk.pos < end) {
    const tag = readTag(walk, end);
    if (tag === ((1 << 3) | wireBytes)) walkResourceLogs(walk, readLength(walk, end));
    else skipField(walk, tag, end, requestFields);
  }
}

/** Turns a fault of the wire into the error that is answered; anything else is a bug and passes on. */
export function malformedProtobuf(fault: unknown): TaffrailError {
  if (!(fault instanceof WireFault)) throw fault;
  return new TaffrailError("malformed_protobuf", { reason: fault.message, offset: fault.offset });
}

/**
 * Walks the bytes of an OTLP ExportLogsServiceRequest without decoding them: checks the structure, counts the records, finds their time range
 * and notes everything that the engine must not be given as it is. Allocates nothing per record.
 *
 * @throws TaffrailError `malformed_protobuf` with the reason and the byte offset.
 * @example const walk = walkLogsRequest(body, { oldestMs: now - 30 * 86_400_000, latestMs: now + 86_400_000 });
 */
export function walkLogsRequest(bytes: Uint8Array, bounds: WalkBounds): WalkResult {
  const walk: LogsWalk = {
    ...openCursor(bytes),
    notes: 0,
    keys: createKeyMemory(),
    bounds,
    records: 0,
    timeMinMs: Number.POSITIVE_INFINITY,
    timeMaxMs: 0,
  };
  try {
    walkRequest(walk);
  } catch (fault) {
    throw malformedProtobuf(fault);
  }
  const names = Object.keys(walkNotes) as (keyof typeof walkNotes)[];
  return {
    records: walk.records,
    timeMinMs: walk.timeMaxMs === 0 ? 0 : Math.floor(walk.timeMinMs),
    timeMaxMs: Math.floor(walk.timeMaxMs),
    plain: walk.notes === 0,
    notes: names.filter((name) => (walk.notes & walkNotes[name]) !== 0),
  };
}
