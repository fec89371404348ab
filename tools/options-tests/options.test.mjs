// @ts-check
import { describe, expect, it } from "vitest";
import { missingTests, optionsOf, publicNames, titlesOf } from "./options.mjs";

const source = {
  path: "packages/p/src/sinks/file/file-options.ts",
  text: `/** One. */
export interface FileSinkOptions {
  /** The file. */
  readonly path: string;
  readonly keep?: {
    readonly files: number;
  };
  onRotate?(name: string): void;
}

export interface InnerOptions {
  readonly secret: string;
}
`,
};
/** @param {string} path @param {string} text */
const test = (path, text) => ({ path: `packages/p/src/${path}`, text });

describe("options", () => {
  const names = publicNames([{ path: "index.ts", text: 'export { type FileSinkOptions, fileSink } from "./a.ts";' }]);

  it("are the members of the interfaces that the entry exports", () => {
    expect(optionsOf([source], names).map(({ owner, key }) => `${owner}.${key}`)).toEqual([
      "FileSinkOptions.path",
      "FileSinkOptions.keep",
      "FileSinkOptions.onRotate",
    ]);
  });

  it("are tested by titles that begin with them, in the same area and of the same subject", () => {
    const options = optionsOf([source], names);
    /** @param {...{ path: string, text: string }} tests */
    const missing = (...tests) => missingTests(options, titlesOf(tests)).map((line) => / (\S+) has/.exec(line)?.[1]);
    const all = ["FileSinkOptions.path", "FileSinkOptions.keep", "FileSinkOptions.onRotate"];
    expect(missing()).toEqual(all);
    expect(missing(test("sinks/file/a.test.ts", 'it("path: is made", f); it("keeps", f);'))).toEqual(all.slice(1));
    expect(missing(test("sinks/file/a.test.ts", 'it.each([1])("path, keep: %s", f); test(`onRotate: x`, f)'))).toEqual(
      [],
    );
    expect(missing(test("sinks/http/a.test.ts", 'it("path: of another sink", f);'))).toEqual(all);
    expect(missing(test("sinks/a.test.ts", 'describe("fileSink", () => { it("path: is made", f); });'))).toEqual(
      all.slice(1),
    );
    expect(missing(test("other/file.test.ts", 'it("path: of another area", f);'))).toEqual(all);
    expect(missing(test("other/a.test.ts", 'it("file.path: by its whole name", f);'))).toEqual(all.slice(1));
    expect(missing(test("sinks/file/a.ts", 'it("path: no test file", f);'))).toEqual(all);
  });

  it("inside options of the logger may be tested by the feature", () => {
    const options = [{ owner: "LoggerOptions", key: "durable.maxBytes", path: "packages/p/src/options/" }];
    /** @param {string} path @param {string} title */
    const isMissing = (path, title) => missingTests(options, titlesOf([test(path, `it("${title}", f);`)])).length > 0;
    expect(isMissing("options/a.test.ts", "durable.maxBytes: x")).toBe(false);
    expect(isMissing("spool/spool.test.ts", "maxBytes: x")).toBe(false);
    expect(isMissing("sinks/file.test.ts", "maxBytes: x")).toBe(true);
    expect(isMissing("options/a.test.ts", "maxBytes: x")).toBe(true);
  });
});
