import { type Check, fail, pass } from "../check.ts";
import { isHeld } from "./is-held.ts";
import { type DoctorSubject, defaultPort } from "./subject.ts";

/** OpenTelemetry senders without configuration talk to this port: whoever holds it receives their records. */
export const defaultPortOurs: Check<DoctorSubject> = {
  id: "default-port",
  title: `Port ${defaultPort} is free or held by Taffrail`,
  clauses: ["taffrail:availability"],
  remedy: `Find the process that holds it with \`ss -ltnp 'sport = :${defaultPort}'\` and stop it.`,
  async probe(subject, signal) {
    const host = "127.0.0.1";
    if (!(await isHeld(host, defaultPort, signal)))
      return pass("It is free.", { host, port: defaultPort, holder: "nobody" });
    try {
      const status = await subject.statusAt(`http://${host}:${defaultPort}`, signal);
      const evidence = { host, port: defaultPort, holder: "taffrail", version: status.version };
      return pass(`Taffrail ${status.version} holds it.`, evidence);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const evidence = { host, port: defaultPort, holder: "another program", reason };
      return fail("Another program holds it and receives what OpenTelemetry senders send there.", evidence);
    }
  },
};
