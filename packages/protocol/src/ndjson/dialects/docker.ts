import type { RecordMap } from "../../value.ts";
import { parseTime } from "../time.ts";
import type { ContainerLine } from "./cri.ts";

/** Docker cuts longer lines into parts of this many bytes; only the last part ends in a newline. */
const partBytes = 16 * 1024;

/** A line of Docker's json-file driver, and its `attrs` (labels and environment, when configured). */
export interface DockerLine extends ContainerLine {
  readonly labels: RecordMap | undefined;
}

/**
 * Reads an object of Docker's json-file driver: `{"log":"text\n","stream":"stdout","time":"..."}`. Undefined when it is none.
 *
 * @example readDocker({ log: "hi\n", stream: "stdout", time: "2026-11-22T09:00:00Z" })?.text // "hi"
 */
export function readDocker(object: RecordMap): DockerLine | undefined {
  const { log, stream, attrs } = object;
  if (typeof log !== "string" || (stream !== "stdout" && stream !== "stderr")) return undefined;
  const time = parseTime(object.time);
  if (time === undefined) return undefined;
  const partial = !log.endsWith("\n") && Buffer.byteLength(log) >= partBytes;
  const labels =
    typeof attrs === "object" && attrs !== null && !Array.isArray(attrs) ? (attrs as RecordMap) : undefined;
  return { time, stream, text: log.replace(/\r?\n$/, ""), partial, labels };
}
