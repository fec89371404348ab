import { parseQuery } from "@taffrail/query";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EngineTable, openEngineTable, type TestRow } from "./testdata/engine-table.ts";

const rows: readonly TestRow[] = [
  { id: 1, body: "Connection refused by host77: retry_count=3", level: 17, service: "checkout" },
  { id: 2, body: "connection timed out after 250 ms", level: 13, service: "Checkout", attributes: { "user.id": "5" } },
  { id: 3, body: "payment timed, then out", level: 9, service: "payments", attributes: { "user.id": "" } },
  { id: 4, body: "GET /api/orders/17 HTTP/1.1", level: 5, service: "web", attributes: { path: "/api/orders/17" } },
  { id: 5, body: "Größe der ÄPFEL geändert", level: 0, service: "frücht", attributes: { colour: "rot_grün" } },
  { id: 6, body: "日本語のログです", level: 21, service: "jp" },
  { id: 7, body: "100% done, it's 5_000\\n of C:\\temp", level: 1, attributes: { note: '100% it\'s_a \\ "quote"' } },
  {
    id: 8,
    body: "slow query",
    level: 14,
    service: "db",
    attributes: { duration: "250", status: "404", date: "2026-11-01", duration_s: "0.25" },
    numbers: { duration: 250, status: 404, duration_s: 0.25 },
  },
  {
    id: 9,
    body: "fast query",
    level: 10,
    service: "db",
    attributes: { duration: "-1.5", status: "200", date: "2026-11-20" },
    numbers: { duration: -1.5, status: 200 },
  },
  {
    id: 10,
    body: "",
    level: 25,
    service: "",
    resource: { "host.name": "host77", "process.pid": "4242", "user.id": "5" },
    scope: { lib: "pg" },
    columns: { TraceId: "4bf92f3577b34da6a3ce929d0e0e4736", SpanId: "00f067aa0ba902b7", Source: "otlp" },
  },
  {
    id: 11,
    body: "x",
    level: 9,
    attributes: { level: "odd", "weird key": "1", "a'b\\c": "2", status: "text" },
    columns: { EventName: "user.login", ScopeName: "pino", ScopeVersion: "9", SeverityText: "NOTICE" },
  },
  { id: 12, body: "lifetime outlook std::io::Error at 10:30:05 --force [error] AND", level: 9 },
];

const everything = rows.map(({ id }) => id);
const without = (...ids: number[]): number[] => everything.filter((id) => !ids.includes(id));

let table: EngineTable;
beforeAll(() => {
  table = openEngineTable(rows);
});
afterAll(() => table.close());

type Cases = Readonly<Record<string, readonly number[]>>;

const words: Cases = {
  "": everything,
  "*": everything,
  refused: [1],
  REFUSED: [1],
  refuse: [],
  "connection refused": [1],
  "refused connection": [1],
  retry_count: [1],
  "retry_count=3": [1],
  count_retry: [],
  host77: [1],
  größe: [5],
  GRÖSSE: [],
  GRÖßE: [5],
  äpfel: [5],
  Äpfel: [5],
  apfel: [],
  geändert: [5],
  日本: [6],
  ログ: [6],
  "100%": [7],
  "5_000": [7],
  "it's": [7],
  "/api/orders/17": [4],
  "std::io::Error": [12],
  "10:30:05": [12],
  "[error]": [12],
  "--force": [12],
  "%": [7],
  _: [1, 7],
  "body:AND": [12],
  "body:refused": [1],
  "msg:refused": [1],
};

const phrases: Cases = {
  '"timed out"': [2],
  '"Timed OUT"': [2],
  '"out timed"': [],
  '"timed, then"': [3],
  '"time out"': [],
  '"refused by host77: retry_count=3"': [1],
  '"der ÄPFEL"': [5],
  '"der äpfel"': [5],
  '"it\'s"': [7],
  '"5_000\\\\n"': [7],
  '"C:\\temp"': [7],
  '"100% done"': [7],
  '"100_ done"': [],
  '"語のロ"': [6],
  'body:""': [10],
};

const fields: Cases = {
  "service:checkout": [1, 2],
  "service:CHECKOUT": [1, 2],
  "service:check": [],
  "service:FRÜCHT": [5],
  "service.name:db": [8, 9],
  'service:""': [7, 10, 11, 12],
  "user.id:5": [2, 10],
  "attributes.user.id:5": [2],
  "resource.user.id:5": [10],
  'user.id:""': [3],
  "-user.id:5": without(2, 10),
  '-user.id:""': without(3),
  "host:host77": [10],
  "HOST:host77": [],
  "scope.lib:pg": [10],
  "scope.name:pino": [11],
  "event.name:user.login": [11],
  "severity_text:notice": [11],
  "severity_number:21": [6],
  "trace:4BF92F3577B34DA6A3CE929D0E0E4736": [10],
  "trace_id:4bf92f3577b34da6a3ce929d0e0e4736": [10],
  "span:00f067aa0ba902b7": [10],
  "source:OTLP": [10],
  "@level:odd": [11],
  "attributes.level:odd": [11],
  '"weird key":1': [11],
  '"a\'b\\\\c":2': [11],
  "colour:rot_grün": [5],
  "colour:ROT_GRÜN": [],
  'note:"100% it\'s_a \\\\ \\"quote\\""': [7],
  "note:100%": [],
  "path:/api/orders/17": [4],
  "status:(404 OR 200)": [8, 9],
  "status:(404 OR -200)": without(9),
  "status:(4* OR text)": [8, 11],
};

const orders: Cases = {
  "duration:>250": [],
  "duration:>=250": [8],
  "duration:<250": [9],
  "duration:<=250": [8, 9],
  "duration:>=250ms": [8],
  "duration:>0.2s": [8],
  "duration_s:>=250ms": [8],
  "duration_s:>250ms": [],
  "duration:>=-1.5": [8, 9],
  "duration:<-1": [9],
  "status:>1": [8, 9],
  "attributes.status:[200 TO 404]": [8, 9],
  "status:{200 TO 404]": [8],
  "status:[200 TO 404}": [9],
  "status:{200 TO 404}": [],
  "status:[* TO 300]": [9],
  "status:{200 TO *]": [8],
  "status:[* TO *]": [8, 9, 11],
  "-status:[200 TO 404]": without(8, 9),
  "resource.process.pid:>4000": [10],
  "process.pid:[4242 TO 4242]": [10],
  "user.id:>4": [10],
  "date:>=2026-11-02": [9],
  "date:[2026-11-01 TO 2026-11-20}": [8],
  'status:>"3"': [8, 11],
  "service:>=db": [4, 5, 6, 8, 9, 3].toSorted((a, b) => a - b),
  "severity_number:>=17": [1, 6, 10],
};

const patterns: Cases = {
  "conn*": [1, 2],
  "nection*": [],
  "*fused": [1],
  "*fuse": [],
  "*nectio*": [1, 2],
  "conn*refused": [],
  "host*": [1],
  "/api/*/17": [4],
  "retry_*=3": [1],
  "GR*SSE": [],
  "grö*": [5],
  "*ndert": [5],
  "service:check*": [1, 2],
  "service:*OUT": [1, 2],
  "path:/api/*": [4],
  "path:/API/*": [],
  "path:*orders*": [4],
  "colour:rot_*": [5],
  "colour:r_t*": [],
  "note:*%*": [7],
  "note:*\\\\*": [7],
  "note:*it's*": [7],
  "status:*": [8, 9, 11],
  "-status:*": without(8, 9, 11),
  "user.id:*": [2, 3, 10],
  "body:*": without(10),
  "level:*": everything,
  "path:/^\\/api\\/.+\\/\\d+$/": [4],
  "path:/orders/": [4],
  "path:/^orders/": [],
  "service:/^(db|web)$/": [4, 8, 9],
  "body:/(?i)REFUSED/": [1],
  "body:/REFUSED/": [],
  "user.id:/.*/": [2, 3, 10],
  "note:/it's/": [7],
  "colour:/gr.n$/": [5],
  "trace:4BF9*": [10],
};

const levels: Cases = {
  "level:error": [1],
  "level:ERR": [1],
  "level:info": [3, 5, 9, 10, 11, 12],
  "level:>=warn": [1, 2, 6, 8],
  "level:>warn": [1, 6],
  "level:<info": [4, 7],
  "level:<=debug": [4, 7],
  "level:<=info": [3, 4, 5, 7, 9, 10, 11, 12],
  "level:>fatal": [],
  "level:[warn TO error]": [1, 2, 8],
  "level:{warn TO *]": [1, 6],
  "level:(warn OR fatal)": [2, 6, 8],
  "-level:info": [1, 2, 4, 6, 7, 8],
  "severity:fatal": [6],
};

const combinations: Cases = {
  "connection -refused": [2],
  "connection NOT refused": [2],
  "connection !refused": [2],
  "refused OR slow": [1, 8],
  "refused || slow": [1, 8],
  "connection && timed": [2],
  "connection AND (refused OR timed)": [1, 2],
  "-(refused OR slow) -fast level:>=warn": [2, 6],
  "slow OR connection refused": [1, 8],
  "(slow OR connection) refused": [1],
  "NOT NOT refused": [1],
  "-(-refused)": [1],
  "level:>=warn service:checkout": [1, 2],
  "query duration:>100 -service:web": [8],
};

const injections: Cases = {
  'service:"\' OR 1=1 --"': [],
  'k:"\\\\\' OR 1=1 --"': [],
  '"x\\\\\') OR (1=1"': [],
  "') OR 1 = 1 --": [],
  "note:*'*": [7],
  "note:%": [],
  "\"k']) OR (LogAttributes['x\":1": [],
  "k:/')/": [],
  "k:>\"' OR '1\"": [],
};

const groups = { words, phrases, fields, orders, patterns, levels, combinations };
for (const [name, cases] of Object.entries(groups)) {
  describe(name, () => {
    test.each(Object.entries(cases))("%s", (query, expected) => {
      expect(table.find(query)).toEqual(expected);
      const parsed = parseQuery(query);
      const filter = parsed.ok ? parsed.filter : undefined;
      if (filter !== undefined) expect(table.findWithoutIndex(filter)).toEqual(expected);
    });
  });
}

describe("the largest queries that the parser takes", () => {
  const largest = {
    "256 words": Array.from({ length: 256 }, (_, index) => `word_${index}`).join(" OR "),
    "256 values of a field": `some.long.attribute.name:(${Array.from({ length: 256 }, (_, index) => `>${index}`).join(" OR ")})`,
    "256 wildcards": Array.from({ length: 256 }, (_, index) => `-a*${index}`).join(" "),
    "32 levels": `${"-(a OR (b ".repeat(10)}c${"))".repeat(10)}`,
    "a phrase of 8190 characters": `"${"ab ".repeat(2730)}"`,
    "a word of 8192 characters": "a_".repeat(4096),
    "many patterns": Array.from({ length: 12 }, () => `body:/${"(a?b*){3}".repeat(50)}/`).join(" "),
  };
  test.each(Object.entries(largest))("%s", (_name, query) => expect(() => table.find(query)).not.toThrow());
});

describe("text that tries to leave its literal", () => {
  const parsable = Object.entries(injections).filter(([query]) => parseQuery(query).ok);
  test.each(parsable)("%s", (query, expected) => expect(table.find(query)).toEqual(expected));
  test("a closing parenthesis never reaches the engine", () => expect(parsable.length).toBe(7));
});
