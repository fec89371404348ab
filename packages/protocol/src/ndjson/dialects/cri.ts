import { parseTime } from "../time.ts";

/** A line of a container runtime's log file, freed of its frame. */
export interface ContainerLine {
  /** Nanoseconds since 1970 in decimal. */
  readonly time: string;
  readonly stream: string;
  readonly text: string;
  /** True: the record goes on in the stream's next line. */
  readonly partial: boolean;
}

const line = /^(\d{4}-\S+) (stdout|stderr) ([FP](?::\S*)?)(?: (.*))?$/s;

/**
 * Reads a line of the CRI log format (`TIME STREAM TAGS TEXT`, as containerd and CRI-O write it). Undefined when it is none.
 *
 * @example readCri("2026-11-22T09:00:00.5Z stdout F hello")?.text // "hello"
 */
export function readCri(text: string): ContainerLine | undefined {
  const match = line.exec(text);
  const time = parseTime(match?.[1]);
  if (!match || time === undefined) return undefined;
  return { time, stream: match[2] ?? "", text: match[4] ?? "", partial: match[3]?.startsWith("P") === true };
}
