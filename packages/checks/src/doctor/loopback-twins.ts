import { networkInterfaces } from "node:os";
import { type Check, fail, notApplicable, pass } from "../check.ts";
import { isHeld } from "./is-held.ts";
import { type DoctorSubject, isLoopback } from "./subject.ts";

const hasIpv6Loopback = (): boolean =>
  Object.values(networkInterfaces()).some((list) => list?.some((address) => address.address === "::1"));

/** `localhost` may mean either address: senders on one and readers on the other must meet at the same server. */
export const loopbackTwins: Check<DoctorSubject> = {
  id: "loopback-twins",
  title: "127.0.0.1 and ::1 are answered by the same server",
  clauses: ["taffrail:availability"],
  remedy: "Find who holds the other address with `ss -ltnp`, stop it, and restart the server with `taffrail up`.",
  needs: "server-reachable",
  async probe(subject, signal) {
    if (!isLoopback(subject.url))
      return notApplicable("The server is not on this machine's loopback.", { url: subject.url });
    const startOf = (url: string): Promise<string> =>
      subject.statusAt(url, signal).then(
        (status) => `started ${status.startedAt}`,
        (error: unknown) => `no answer: ${error instanceof Error ? error.message : String(error)}`,
      );
    if (!hasIpv6Loopback()) return notApplicable("This machine has no ::1.", { ipv6Loopback: false });
    const port = Number(new URL(subject.url).port || 80);
    if (!(await isHeld("::1", port, signal)) || !(await isHeld("127.0.0.1", port, signal)))
      return notApplicable(`The server listens at ${subject.url} only, and nobody holds the other address.`, { port });
    const [four, six] = await Promise.all([`http://127.0.0.1:${port}`, `http://[::1]:${port}`].map(startOf));
    const evidence = { port, ipv4: four ?? "", ipv6: six ?? "" };
    return four === six && !four?.startsWith("no answer")
      ? pass(`Both answer on port ${port}.`, evidence)
      : fail(`On port ${port}, 127.0.0.1: ${four}; ::1: ${six}`, evidence);
  },
};
