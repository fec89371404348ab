import type { Check } from "../check.ts";
import { canary } from "./canary.ts";
import { clockSkew } from "./clock-skew.ts";
import { dataDirPermissions } from "./data-dir-permissions.ts";
import { deadLetters } from "./dead-letters.ts";
import { defaultPortOurs } from "./default-port.ts";
import { diskFree } from "./disk-free.ts";
import { engineHealthy } from "./engine-healthy.ts";
import { journalBacklog } from "./journal-backlog.ts";
import { loopbackTwins } from "./loopback-twins.ts";
import { nodeVersion } from "./node-version.ts";
import { openFiles } from "./open-files.ts";
import { quarantine } from "./quarantine.ts";
import { serverReachable } from "./server-reachable.ts";
import { serverReady } from "./server-ready.ts";
import type { DoctorSubject } from "./subject.ts";
import { versionMatch } from "./version-match.ts";

/** What `taffrail doctor` looks at, from the ground up: the machine, the server, its data, the whole path. */
export const doctorChecks: readonly Check<DoctorSubject>[] = [
  nodeVersion,
  openFiles,
  defaultPortOurs,
  serverReachable,
  serverReady,
  versionMatch,
  loopbackTwins,
  clockSkew,
  engineHealthy,
  journalBacklog,
  quarantine,
  deadLetters,
  diskFree,
  dataDirPermissions,
  canary,
];
