import { journalFailpoints } from "./journal/failpoints.ts";

/** Every failpoint of the server's own process, for the proofs that kill it there. */
export const failpointNames: readonly string[] = [...journalFailpoints, "store.insert.before", "store.insert.after"];
