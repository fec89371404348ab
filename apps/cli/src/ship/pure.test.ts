import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createRecordEncoder, type ShipFormat } from "./encode-record.ts";
import { acquireLock } from "./file-lock.ts";
import { expandBraces, expandPattern } from "./glob.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { areRotations, markOf, type Place, parsePlace, placeText } from "./place.ts";
import { contentStart, createPlaceTracker } from "./place-tracker.ts";
import { createRecordJoiner } from "./record-joiner.ts";
import { serviceOf } from "./ship.ts";

let dir = "";
afterEach(async () => {
  if (dir !== "") await rm(dir, { recursive: true, force: true });
  dir = "";
});

describe("createLineSplitter", () => {
  it("gives the same lines and offsets however the bytes are cut", () => {
    const texts = fc.array(fc.constantFrom("", "a", "bc\r", "ü", "long line"), { maxLength: 12 });
    fc.assert(
      fc.property(texts, fc.boolean(), fc.array(fc.nat(60), { maxLength: 6 }), (lines, ended, cuts) => {
        const bytes = Buffer.from(lines.join("\n") + (ended ? "\n" : ""));
        const split = (at: readonly number[]) => {
          const splitter = createLineSplitter({ offset: 7, lineBytesMax: 100 });
          const points = [0, ...at.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
          const out = points.slice(1).flatMap((end, index) => splitter.push(bytes.subarray(points[index], end)));
          const rest = splitter.rest();
          return [...out, ...(rest ? [rest] : [])].map((line) => [String(line.bytes), line.endOffset, line.contentEnd]);
        };
        expect(split(cuts)).toEqual(split([]));
      }),
    );
  });

  it("counts offsets over line breaks and over what it lets go", () => {
    const splitter = createLineSplitter({ offset: 0, lineBytesMax: 4 });
    const lines = splitter.push(Buffer.from("ab\r\n123456\nxy\n"));
    expect(lines.map((line) => [String(line.bytes), line.endOffset, line.contentEnd, line.tooLong])).toEqual([
      ["ab", 4, 2, false],
      ["", 11, 10, true],
      ["xy", 14, 13, false],
    ]);
  });
});

const options = { join: true, linesMax: 500, bytesMax: 65_536, waitMs: 300 };

function joined(text: string, changes: Partial<typeof options> = {}): string[] {
  const joiner = createRecordJoiner({ ...options, ...changes });
  const splitter = createLineSplitter({ offset: 0, lineBytesMax: 1_000_000 });
  const rest = () => [splitter.rest()].flatMap((line) => line ?? []);
  const records = [...splitter.push(Buffer.from(text)), ...rest()].flatMap((line) => joiner.push(line, 0));
  return [...records, ...joiner.flush()].map(({ kind, lines }) => (kind === "record" ? lines.join("|") : kind));
}

describe("createRecordJoiner", () => {
  const rows: readonly (readonly [name: string, text: string, records: string[]])[] = [
    ["keeps single lines apart", "a\nb\nc", ["a", "b", "c"]],
    [
      "joins a Node stack with its cause and properties",
      "x failed\nError: boom\n    at a (a.js:1:1)\n    at b {\n  code: 'E',\n  [cause]: Error: deep\n      at c {\n  }\n}\nnext",
      [
        "x failed",
        "Error: boom|    at a (a.js:1:1)|    at b {|  code: 'E',|  [cause]: Error: deep|      at c {|  }|}",
        "next",
      ],
    ],
    [
      "joins Java's causes",
      "12:00 ERROR a.B - bad\njava.lang.X: bad\n\tat a.B.c(B.java:1)\nCaused by: java.io.Y: worse\n\tat d.E.f(E.java:2)\n\t... 3 more\n12:01 INFO ok",
      [
        "12:00 ERROR a.B - bad",
        "java.lang.X: bad|\tat a.B.c(B.java:1)|Caused by: java.io.Y: worse|\tat d.E.f(E.java:2)|\t... 3 more",
        "12:01 INFO ok",
      ],
    ],
    [
      "joins Python's traceback to the line before it, with the chained one",
      'ERROR job failed\nTraceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 3\nValueError: bad\nINFO next\n',
      [
        'ERROR job failed|Traceback (most recent call last):|  File "a.py", line 1, in f|    g()|KeyError: 1||During handling of the above exception, another exception occurred:||Traceback (most recent call last):|  File "a.py", line 3|ValueError: bad',
        "INFO next",
      ],
    ],
    [
      "never joins to a JSON line",
      '{"msg":"a"}\n  indented\n{"msg":"b"}',
      ['{"msg":"a"}', "  indented", '{"msg":"b"}'],
    ],
    ["ends a record at a blank line", "a\n  more\n\nb", ["a|  more", "blank", "b"]],
    [
      "joins a Java exception to the line with a time above it",
      "2026-11-22T09:00:00Z ERROR boom\njava.lang.IllegalStateException: outer\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: deep\n\t... 3 more\n2026-11-22T09:00:01Z INFO ok",
      [
        "2026-11-22T09:00:00Z ERROR boom|java.lang.IllegalStateException: outer|\tat a.B.c(B.java:1)|Caused by: java.io.IOException: deep|\t... 3 more",
        "2026-11-22T09:00:01Z INFO ok",
      ],
    ],
    [
      "joins a Node error to the line with a time above it, over a blank line in its message",
      "[2026-11-22 09:00:00] bad\nTypeError: x\n\n  seen here\n    at a (a.js:1:1)\nnext",
      ["[2026-11-22 09:00:00] bad|TypeError: x||  seen here|    at a (a.js:1:1)", "next"],
    ],
    [
      "joins Node's errors with a code",
      "09:00:00 bad\nTypeError [ERR_X]: y\n    at a (a.js:1:1)",
      ["09:00:00 bad|TypeError [ERR_X]: y|    at a (a.js:1:1)"],
    ],
    [
      "takes an exception for its own record below a line without a time or below another exception",
      "plain\nTypeError: x\n2026-11-22 09:00:00 bad\nRangeError: y\nTypeError: z",
      ["plain", "TypeError: x", "2026-11-22 09:00:00 bad|RangeError: y", "TypeError: z"],
    ],
    [
      "leaves ordinary lines below a line with a time alone",
      "2026-11-22 09:00:00 a\nError while reading\n2026-11-22 09:00:00 b\nErrors: 3\n2026-11-22 09:00:00 c\nDone: yes",
      [
        "2026-11-22 09:00:00 a",
        "Error while reading",
        "2026-11-22 09:00:00 b",
        "Errors: 3",
        "2026-11-22 09:00:00 c",
        "Done: yes",
      ],
    ],
    ["counts blank lines it held for nothing", "a\n  more\n\n\n\nb", ["a|  more", "blank", "blank", "blank", "b"]],
    ["does not take a word for an exception outside a traceback", "a\nDone: yes\n}", ["a", "Done: yes", "}"]],
  ];
  for (const [name, text, records] of rows) it(name, () => expect(joined(text)).toEqual(records));

  it("is bounded in lines and bytes", () => {
    expect(joined("a\n b\n c\n d", { linesMax: 3 })).toEqual(["a| b| c", " d"]);
    expect(joined("aaaa\n bbbb\n cccc", { bytesMax: 12 })).toEqual(["aaaa| bbbb", " cccc"]);
  });

  it("gives a held record up after its time, not before", () => {
    const joiner = createRecordJoiner(options);
    const [line] = createLineSplitter({ offset: 0, lineBytesMax: 10 }).push(Buffer.from("a\n"));
    if (!line) throw new Error("no line");
    expect(joiner.push(line, 1_000)).toEqual([]);
    expect(joiner.expire(1_299)).toEqual([]);
    expect(joiner.expire(1_300)).toHaveLength(1);
  });

  it("joins nothing when told not to", () =>
    expect(joined("a\n  b\n\n", { join: false })).toEqual(["a", "  b", "blank"]));
});

describe("createRecordEncoder", () => {
  const texts = (lines: readonly string[]) => lines.map((line) => Buffer.from(line));
  const encode = (format: ShipFormat, ...lines: string[]): unknown => {
    const encoded = createRecordEncoder(format)(texts(lines));
    return encoded === undefined ? undefined : JSON.parse(String(encoded));
  };

  it("sends a single line as it stands", () => {
    const line = Buffer.from("level=info msg=x");
    expect(createRecordEncoder("auto")([line])).toBe(line);
  });

  it("reads time, level and fields of the first line, and joins the rest to its message", () => {
    expect(encode("auto", "2026-11-22T09:00:00.5Z ERROR it broke", "  at a")).toEqual({
      time: "1795338000500000000",
      level: "ERROR",
      msg: "ERROR it broke\n  at a",
    });
    expect(encode("auto", "level=warn msg=slow took=3", "    at x")).toEqual({
      level: "warn",
      took: expect.anything(),
      msg: "slow\n    at x",
    });
  });

  it("takes a stack trace without a level for an error, other indented text not", () => {
    const trace = { level: "error", msg: "TypeError: boom\n    at a (a.js:1:1)" };
    expect(encode("auto", "TypeError: boom", "    at a (a.js:1:1)")).toEqual(trace);
    expect(encode("auto", "usage:", "    run me")).toEqual({ msg: "usage:\n    run me" });
  });

  it("keeps a record whose first line is broken JSON", () => {
    expect(encode("auto", "{broken", "  more")).toEqual({ msg: "{broken\n  more" });
  });

  it("takes every line as the format that is forced, and says which are not of it", () => {
    expect(encode("plain", "{not json} WARN: x")).toEqual({ msg: "{not json} WARN: x" });
    expect(encode("plain", "a=1 b=2")).toEqual({ msg: "a=1 b=2" });
    expect(encode("logfmt", "level=warn msg=hi user=7")).toMatchObject({
      level: "warn",
      msg: "hi",
      user: expect.anything(),
    });
    expect(encode("logfmt", "no pairs here")).toBeUndefined();
    expect(encode("json", '{"level":30,"msg":"pino"}')).toEqual({ level: 30, msg: "pino" });
    expect(encode("json", "text")).toBeUndefined();
    expect(encode("json", "{broken")).toBeUndefined();
    expect(encode("json", "level=warn msg=hi")).toBeUndefined();
    expect(encode("access-log", "text")).toBeUndefined();
    const access = '10.0.0.1 - - [22/Nov/2026:09:00:00 +0000] "GET /a HTTP/1.1" 404 12';
    expect(encode("access-log", access)).toMatchObject({
      time: "1795338000000000000",
      "http.response.status_code": 404,
      msg: access,
    });
  });
});

describe("places", () => {
  const place: Place = {
    path: "/log/a.log",
    device: "1",
    inode: "2",
    offset: 10,
    head: markOf(Buffer.from("0123456789")),
    tail: markOf(Buffer.from("89")),
    tailEnd: 9,
    done: false,
  };

  it("survive their text; damaged ones are none", () => {
    expect(parsePlace(placeText(place))).toEqual(place);
    for (const text of [
      "",
      "null",
      "{}",
      placeText(place).slice(0, 40),
      placeText({ ...place, offset: -1 }),
      placeText({ ...place, tailEnd: 99 }),
    ])
      expect(parsePlace(text)).toBeUndefined();
  });

  it("move on only over batches that are settled without a gap", () => {
    const saved: number[] = [];
    const tracker = createPlaceTracker({
      identity: place,
      path: () => place.path,
      start: contentStart,
      head: Buffer.alloc(0),
      save: ({ offset }) => void saved.push(offset),
    });
    tracker.noteBytes(Buffer.from("0123456789"));
    const tickets = [2, 4, 6].map((endOffset) => tracker.begin({ endOffset, tail: undefined }));
    for (const index of [2, 0, 1]) {
      const ticket = tickets[index];
      if (ticket) tracker.settle(ticket);
    }
    expect(saved).toEqual([2, 6]);
    expect(tracker.restart().offset).toBe(6);
    const late = tracker.begin({ endOffset: 3, tail: undefined });
    tracker.restart();
    tracker.settle(late);
    expect(saved).toEqual([2, 6]);
  });

  it("know rotations of one log by their names", () => {
    for (const name of [
      "app.log.1",
      "app.log.2.gz",
      "app-2026-11-22.log",
      "app.log-20261122.gz",
      "app.log.2026-11-22T09",
    ])
      expect(areRotations("/log/app.log", `/log/${name}`), name).toBe(true);
    for (const path of ["/log/api.log", "/other/app.log.1", "/log/app.err.1"])
      expect(areRotations("/log/app.log", path), path).toBe(false);
  });

  it("name the service after the file", () => {
    expect(["/v/access.log.1", "worker", ".hidden", "a-b.json.gz"].map(serviceOf)).toEqual([
      "access",
      "worker",
      ".hidden",
      "a-b",
    ]);
  });
});

describe("acquireLock", () => {
  it("is held once, freed by release, and taken over from the dead", async () => {
    dir = await mkdtemp(join(tmpdir(), "taffrail-lock-"));
    const path = join(dir, "a.lock");
    const lock = await acquireLock(path);
    expect(lock).toBeDefined();
    expect(await acquireLock(path)).toBeUndefined();
    await lock?.release();
    expect(await acquireLock(path)).toBeDefined();
    // This process's number with another start time: a process of long ago.
    for (const owner of [`${process.pid} 1\n`, "999999999 5\n", "", "rubbish"]) {
      await writeFile(path, owner);
      const taken = await Promise.all([acquireLock(path), acquireLock(path), acquireLock(path)]);
      expect(
        taken.filter((held) => held !== undefined),
        owner,
      ).toHaveLength(1);
    }
  });
});

describe("expandPattern", () => {
  it("matches as a shell does", async () => {
    dir = await mkdtemp(join(tmpdir(), "taffrail-glob-"));
    await mkdir(join(dir, "x", "y"), { recursive: true });
    for (const name of ["a.log", "b.log", "c.txt", ".hidden.log", "x/d.log", "x/y/e.log", "[odd].log"])
      await writeFile(join(dir, name), "");
    await symlink(dir, join(dir, "x", "loop"));
    const found = async (pattern: string) =>
      (await expandPattern(pattern, { cwd: dir, filesMax: 100 })).map((path) => path.slice(dir.length + 1));
    expect(await found("*.log")).toEqual(["[odd].log", "a.log", "b.log"]);
    expect(await found("?.{log,txt}")).toEqual(["a.log", "b.log", "c.txt"]);
    expect(await found("[!a].log")).toEqual(["b.log"]);
    expect(await found("**/*.log")).toEqual(["[odd].log", "a.log", "b.log", "x/d.log", "x/y/e.log"]);
    expect(await found("x/*/e.log")).toEqual(["x/y/e.log"]);
    expect(await found("[odd].log")).toEqual(["[odd].log"]);
    expect(await found("gone.log")).toEqual([]);
    expect(await expandPattern("*.log", { cwd: dir, filesMax: 2 })).toHaveLength(2);
  });

  it("writes braces out", () => expect(expandBraces("{a,b}{1,2}{x}")).toEqual(["a1{x}", "a2{x}", "b1{x}", "b2{x}"]));
});
