/** How a command ends: `ok`; `no` when it answered and the answer is no; `cannotRun` for wrong usage or when it could not do its work. */
export const exitCodes = { ok: 0, no: 1, cannotRun: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
