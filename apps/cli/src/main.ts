import { runCli } from "./run-cli.ts";

// The exit code is set, not forced: standard output may still have something to say.
process.exitCode = await runCli(process);
