import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { createFront } from "./front.ts";
import { listen } from "./listen.ts";

const front = createFront((_request, response) => response.end("hello"));
const open = (hosts: readonly string[], port = 0) => listen({ listener: front.listener, hosts, port });

describe("listeners", () => {
  it("answer on both loopback addresses at one port", async () => {
    const listeners = await open(["127.0.0.1", "::1"]);
    expect(listeners.addresses).toEqual([`127.0.0.1:${listeners.port}`, `[::1]:${listeners.port}`]);
    for (const address of listeners.addresses) {
      expect(await (await fetch(`http://${address}/`)).text()).toBe("hello");
    }
    await listeners.close(1000);
    await expect(fetch(`http://${listeners.addresses[0]}/`)).rejects.toThrow();
  });

  it.each(["127.0.0.1", "::1"])("name the process that holds the port at %s, and leave nothing open", async (host) => {
    const code = `require("net").createServer().listen(0, "${host}", function () { console.log(this.address().port) })`;
    const holder = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(holder.stdout, "data")) as [Buffer];
    const port = Number(line.toString());
    const failure = await open(["127.0.0.1", "::1"], port).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "port_in_use",
      message: expect.stringContaining(`process ${holder.pid}, node`),
    });
    holder.kill();
    await once(holder, "exit");
    const other = createServer().listen(port, host === "::1" ? "127.0.0.1" : "::1");
    await once(other, "listening");
    other.close();
  });

  it("do without an address that the machine does not have, with a note", async () => {
    const listeners = await open(["127.0.0.1", "2001:db8::1"]);
    expect(listeners.addresses).toHaveLength(1);
    expect(listeners.notes).toEqual([expect.stringContaining("2001:db8::1 does not exist")]);
    await listeners.close(0);
    await expect(open(["2001:db8::1"])).rejects.toMatchObject({ code: "listen_failed" });
  });

  it("wait for an answer in flight when they close, and cut it after the deadline", async () => {
    const release: (() => void)[] = [];
    const slow = createFront((_request, response) => {
      release.push(() => response.end("late"));
    });
    const listeners = await listen({ listener: slow.listener, hosts: ["127.0.0.1"], port: 0 });
    const url = `http://127.0.0.1:${listeners.port}/`;
    const first = fetch(url).then((response) => response.text());
    await expect.poll(() => release.length).toBe(1);
    const closed = listeners.close(10_000);
    release[0]?.();
    expect(await first).toBe("late");
    await closed;

    const again = await listen({ listener: slow.listener, hosts: ["127.0.0.1"], port: 0 });
    const cut = fetch(`http://127.0.0.1:${again.port}/`).catch(() => "cut");
    await expect.poll(() => release.length).toBe(2);
    await again.close(50);
    expect(await cut).toBe("cut");
  });

  it("answer what is not HTTP with an error of the catalogue", async () => {
    const listeners = await open(["127.0.0.1"]);
    const { connect } = await import("node:net");
    const say = async (text: string): Promise<string> => {
      const socket = connect(listeners.port, "127.0.0.1");
      socket.write(text);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    };
    expect(await say("no http\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [\s\S]*request_malformed/);
    expect(await say(`GET /${"x".repeat(200_000)} HTTP/1.1\r\nHost: 127.0.0.1:${listeners.port}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [\s\S]*headers_too_large/,
    );
    await listeners.close(0);
  });

  it("turn a visit from another site into a page that asks", async () => {
    const listeners = await open(["127.0.0.1"]);
    const { request } = await import("node:http");
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve) => {
      const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
      request({ port: listeners.port, host: "127.0.0.1", path: `/?q="><script>`, headers }, async (response) => {
        let text = "";
        for await (const chunk of response) text += String(chunk);
        resolve({ status: response.statusCode, text });
      }).end();
    });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('href="/?q=&quot;&gt;&lt;script&gt;"');
    expect(front.stats().refused.foreign_origin).toBeGreaterThan(0);
    await listeners.close(0);
  });
});
