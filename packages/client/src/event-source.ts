/** One server-sent event: its name and its data text. */
export interface SentEvent {
  readonly event: string;
  readonly data: string;
}

/** The parser of one stream: feed it text as it comes, get the events that are complete. */
export interface EventParser {
  push(text: string): SentEvent[];
}

/** Characters that one unfinished event may hold before the stream is given up as broken. */
const eventCharactersMax = 64 * 1024 * 1024;

function parseBlock(block: string): SentEvent | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
  }
  return data.length > 0 ? { event, data: data.join("\n") } : undefined;
}

/**
 * Makes a parser of the `text/event-stream` format, as far as Taffrail writes it. Comments are skipped.
 *
 * @example createEventParser().push("event: hello\ndata: {}\n\n") // [{ event: "hello", data: "{}" }]
 */
export function createEventParser(): EventParser {
  let rest = "";
  return {
    push(text) {
      rest += text.replaceAll("\r", "");
      const blocks = rest.split("\n\n");
      rest = blocks.pop() ?? "";
      if (rest.length > eventCharactersMax) throw new Error("a server-sent event is too large");
      return blocks.flatMap((block) => parseBlock(block) ?? []);
    },
  };
}
