import { configDefinitions } from "@taffrail/server";
import { describe, expect, it } from "vitest";
import type { Command, Typed } from "./command.ts";
import { planUp } from "./commands/up.ts";
import { exitCodes } from "./exit-code.ts";
import { commands, createProgram } from "./program.ts";
import { commandReference } from "./reference.ts";

async function typedBy(argv: readonly string[]): Promise<{ command: string; typed: Typed }> {
  let seen: { command: Command; typed: Typed } | undefined;
  const program = createProgram({
    version: "1.2.3",
    helpColumns: 100,
    write: () => {},
    execute: async (command, typed) => {
      seen = { command, typed };
      return exitCodes.ok;
    },
  });
  await program.run(argv);
  if (!seen) throw new Error("nothing was executed");
  return { command: seen.command.name, typed: seen.typed };
}

describe("the program", () => {
  it("takes --server and --json before and after the command; after wins", async () => {
    const before = await typedBy(["--server", "http://a", "--json", "search", "x y"]);
    expect(before).toMatchObject({ command: "search", typed: { operands: ["x y"] } });
    expect(before.typed.options).toMatchObject({ server: "http://a", json: true });
    const both = await typedBy(["--server", "http://a", "status", "--server", "http://b"]);
    expect(both.typed.options).toMatchObject({ server: "http://b" });
    expect((await typedBy(["status"])).typed.options).toMatchObject({ server: "http://127.0.0.1:4318" });
  });

  it("takes queries that begin with a minus behind --", async () => {
    expect((await typedBy(["search", "--", "-level:info"])).typed.operands).toEqual(["-level:info"]);
  });

  const wrong: readonly (readonly [string[], string])[] = [
    [["serch"], "unknown command 'serch'"],
    [["search", "--sinse", "1h"], "unknown option '--sinse'"],
    [["search", "--order", "random"], "Allowed choices are newest, oldest"],
    [["ship"], "missing required argument 'file'"],
    [["ship", "a", "--format", "xml"], "Allowed choices are auto"],
    [["tail", "--for"], "argument missing"],
  ];
  for (const [argv, message] of wrong)
    it(`refuses ${argv.join(" ")}`, async () => expect(typedBy(argv)).rejects.toThrow(message));
});

describe("up", () => {
  it("has an option for every start-up setting of the server, and no other", () => {
    const up = commands.find(({ name }) => name === "up");
    const flags = up?.options.map(({ long }) => long);
    expect(flags?.toSorted()).toEqual(configDefinitions.map(({ flag }) => flag).toSorted());
    for (const { key, flag, variable } of configDefinitions) {
      const option = up?.options.find(({ long }) => long === flag);
      expect(option?.attributeName(), flag).toBe(key);
      expect(option?.description, flag).toContain(variable);
      expect(planUp({ operands: [], options: { [key]: "x" } }).flags).toEqual({ [key]: "x" });
    }
  });
});

describe("the help", () => {
  const program = createProgram({ version: "1.2.3", helpColumns: 100, write: () => {}, execute: async () => 0 });

  it("of the program stands as it is", async () => {
    await expect(program.help()).toMatchFileSnapshot("./testdata/help/taffrail.txt");
  });

  for (const { name } of commands)
    it(`of ${name} stands as it is`, async () => {
      await expect(program.help(name)).toMatchFileSnapshot(`./testdata/help/${name}.txt`);
    });

  it("has an example and --json for every command, and the reference holds them all", () => {
    const reference = commandReference();
    for (const { name, examples } of commands) {
      expect(examples.length).toBeGreaterThan(0);
      for (const { line } of examples) expect(line.startsWith(name), line).toBe(true);
      expect(program.help(name)).toContain("--json");
      expect(reference).toContain(`## taffrail ${name}\n`);
    }
  });

  it("has examples that the program understands", async () => {
    for (const { name, examples } of commands)
      for (const { line } of examples) {
        const words = [...(line.split(" < ")[0]?.matchAll(/'([^']*)'|(\S+)/g) ?? [])].map(
          ([, quoted, bare]) => quoted ?? bare ?? "",
        );
        expect((await typedBy(words)).command, line).toBe(name);
      }
  });
});
