export { createFailpoint, type Failpoint, parseFailpoints } from "./failpoint.ts";
export { type Judgement, judge, type SenderBook } from "./ledger-judge.ts";
export { type Proof, type ProofContext, renderVerdict, type Verdict } from "./proof.ts";
export { type ServerOptions, type ServerProcess, startServer } from "./server-process.ts";
