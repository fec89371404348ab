import { describe, expect, it } from "vitest";
import { isPieceOf, parseSegmentName, segmentFileName } from "./segment-name.ts";

const closed = { kind: "log-rows", seqFrom: 0x10n, seqTo: 0x20n, salt: 0xabc } as const;
const open = { kind: "otlp-logs", seqFrom: 2n ** 63n, seqTo: undefined, salt: 1 } as const;

describe("segment names", () => {
  it.each([closed, open])("are read back as they were written: %o", (name) => {
    expect(parseSegmentName(segmentFileName(name))).toEqual(name);
  });

  it.each([
    "seq",
    "quarantine",
    "log-rows-0000000000000010-00000abc.seg",
    "log-rows-0000000000000010-0000000000000020-00000abc.open",
    "other-0000000000000010-0000000000000020-00000abc.seg",
    "log-rows-0000000000000010-0000000000000020-00000abc.seg.part",
  ])("other files are none: %s", (file) => {
    expect(parseSegmentName(file)).toBeUndefined();
  });

  it("tell a piece from its whole by range and salt", () => {
    expect(isPieceOf({ ...closed, seqTo: 0x18n }, closed)).toBe(true);
    expect(isPieceOf({ ...closed, seqFrom: 0x18n }, closed)).toBe(true);
    expect(isPieceOf({ ...closed, seqFrom: 0x18n }, { ...closed, seqTo: undefined })).toBe(true);
    expect(isPieceOf(closed, closed)).toBe(false);
    expect(isPieceOf({ ...closed, seqTo: 0x28n }, closed)).toBe(false);
    expect(isPieceOf({ ...closed, seqTo: 0x18n, salt: 5 }, closed)).toBe(false);
    expect(isPieceOf({ ...closed, seqTo: 0x18n, kind: "otlp-logs" }, closed)).toBe(false);
  });
});
