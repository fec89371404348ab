// @ts-check
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "@taffrail/experiments";
import { badInputs, bare } from "./support/bad-inputs.mjs";
import { command, getJson, pssMegabytes, root } from "./support/machine.mjs";

/** Every route of the OpenAPI file with its parameters filled. @returns {{ method: string, path: string }[]} */
function routes() {
  const document = JSON.parse(readFileSync(join(root, "docs/reference/openapi.json"), "utf8"));
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, "1") })),
  );
}

/** @param {import("./support/bad-inputs.mjs").BadInput} input @param {import("./support/bad-inputs.mjs").Answer} answer */
function fault({ name, expect }, { status, body }) {
  if (status !== expect.status) return `${name}: ${status} instead of ${expect.status}: ${body.slice(0, 300)}`;
  if (expect.code && !body.includes(`"${expect.code}"`))
    return `${name}: the code is not ${expect.code}: ${body.slice(0, 300)}`;
  return expect.matches && !expect.matches.test(body)
    ? `${name}: ${body.slice(0, 300)} does not match ${expect.matches}`
    : undefined;
}

/** @type {import("@taffrail/experiments").Proof} */
export const proof = {
  name: "bad-input",
  title: "each bad input gets its clear answer, a foreign Origin is refused on every route, and the server stays well",
  needs: [],
  counts: { full: 1, share: 1 },
  async run({ folder, say }) {
    const server = await startServer({ command, dataDir: folder });
    if (!server.url) return { figures: {}, faults: [server.stderr().slice(-1000)] };
    const { url } = server;
    /** @type {string[]} */
    const faults = [];
    for (const input of badInputs) {
      const answer = await input.ask(url);
      const wrong = fault(input, answer);
      if (wrong) faults.push(wrong);
      const code = /"code":"?(\w+)/.exec(answer.body)?.[1] ?? "";
      const remedy =
        /"remedy":"([^"]*)/.exec(answer.body)?.[1] ?? answer.body.replace(/[^\x20-\x7e]+/g, " ").slice(0, 90);
      say(`| ${input.name} | ${answer.status} | ${code} | ${remedy} |`);
    }
    const all = [...routes(), { method: "GET", path: "/" }];
    for (const { method, path } of all) {
      const { status } = await bare(url, path, { origin: "https://evil.example" }, method);
      if (status !== 403) faults.push(`${method} ${path} with a foreign Origin: ${status} instead of 403`);
    }
    const status = await getJson(`${url}/api/v1/status`);
    const memory = pssMegabytes(server.pid);
    if (!status.ready) faults.push("the server is not ready afterwards");
    const { accepted, delivered, filtered, dropped, pending } = status.ingest;
    const lost =
      accepted - delivered - filtered - pending - Object.values(dropped).reduce((sum, value) => sum + value, 0);
    if (lost !== 0) faults.push(`the ledger is off by ${lost}: ${JSON.stringify(status.ingest)}`);
    await server.stop();
    return {
      figures: {
        "bad inputs": badInputs.length,
        "routes refusing a foreign Origin": all.length,
        "PSS of the server afterwards, MB": memory.toFixed(0),
      },
      faults,
    };
  },
};
