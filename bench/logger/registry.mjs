// @ts-check
// All peers by name. Each file is imported only in the process that needs it, so that no peer pays for another's code.

/** @type {Readonly<Record<string, string>>} */
export const peerFiles = {
  floor: "floor",
  taffrail: "taffrail",
  "taffrail+plugins": "taffrail",
  "taffrail-hardened": "taffrail",
  "taffrail-durable": "taffrail",
  "pino-sync": "pino",
  "pino-async": "pino",
  "pino-worker": "pino",
  winston: "classic",
  bunyan: "classic",
  logtape: "logtape",
  "otel-batch": "opentelemetry",
};

/** @param {string} name @returns {Promise<import("./peer.mjs").Peer>} */
export async function loadPeer(name) {
  const file = peerFiles[name];
  if (file === undefined) throw new Error(`no peer ${name}; there are ${Object.keys(peerFiles).join(", ")}`);
  const { peers } = await import(`./peers/${file}.mjs`);
  return peers.find((/** @type {{ name: string }} */ peer) => peer.name === name);
}
