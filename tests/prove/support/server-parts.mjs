// @ts-check
// Modules of the built server that the proofs use from inside: the engine, the insert statement, the bytes of a segment.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./machine.mjs";

/** @param {string} path */
const built = (path) => import(pathToFileURL(join(root, "apps/server/dist", path)).href);

/** @type {typeof import("../../../apps/server/src/engine/start-engine.ts")} */
export const { startEngine } = await built("engine/start-engine.js");
/** @type {typeof import("../../../apps/server/src/store/insert-statement.ts")} */
export const { insertStatement, seqCondition, blockSettingsFor, statementVersion } =
  await built("store/insert-statement.js");
/** @type {typeof import("../../../apps/server/src/journal/frame-codec.ts")} */
export const { frameHead, headerFrame, parseFrame, parseHeader } = await built("journal/frame-codec.js");
/** @type {typeof import("../../../apps/server/src/journal/segment-name.ts")} */
export const { parseSegmentName, segmentFileName } = await built("journal/segment-name.js");
