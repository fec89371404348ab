// @ts-check
// What a peer is: a way to set up one logger for one case, with its documented fastest settings, writing to a file.

/** @typedef {import("./cases.mjs").CaseName} CaseName */
/** @typedef {ReturnType<typeof import("./cases.mjs").makeInputs>} Inputs */
/** @typedef {{ path: string, caseName: CaseName, inputs: Inputs }} Setup */
/** @typedef {{ call: (index: number) => void, close: () => Promise<void> }} Running */
/** @typedef {{ name: string, note: string, cases: readonly CaseName[], slow?: boolean, start: (setup: Setup) => Running | Promise<Running> }} Peer */

/** @param {Record<CaseName, ((index: number) => void) | undefined>} calls @param {CaseName} caseName @returns {(index: number) => void} */
export function pickCall(calls, caseName) {
  const call = calls[caseName];
  if (call === undefined) throw new Error(`no call for case ${caseName}`);
  return call;
}

/** @param {NodeJS.EventEmitter} emitter @param {string} event @returns {Promise<void>} */
export function once(emitter, event) {
  return new Promise((resolve, reject) => {
    emitter.once(event, () => resolve());
    emitter.once("error", reject);
  });
}
