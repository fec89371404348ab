import { TaffrailError } from "@taffrail/contracts";

/** How an OTLP request and its answer are written. */
export type OtlpForm = "protobuf" | "json";

const otlpTypes: Readonly<Record<string, OtlpForm>> = {
  "application/x-protobuf": "protobuf",
  "application/json": "json",
};

/** Whether text of no known format is a record there, and whether the body may be one JSON value. */
export interface LinesForm {
  readonly plainText: boolean;
  readonly wholeJson: boolean;
}

const jsonLines: LinesForm = { plainText: false, wholeJson: false };
const json: LinesForm = { plainText: false, wholeJson: true };
const text: LinesForm = { plainText: true, wholeJson: false };

const linesTypes: Readonly<Record<string, LinesForm>> = {
  "application/x-ndjson": jsonLines,
  "application/jsonl": jsonLines,
  "application/json": json,
  "text/plain": text,
  "application/octet-stream": text,
  // What curl says of `-d` when nobody tells it better; the body is as written, nothing is encoded.
  "application/x-www-form-urlencoded": text,
};

/** The type alone, without parameters such as charset. */
function bareType(header: string | undefined): string {
  return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

function look<Form>(table: Readonly<Record<string, Form>>, type: string): Form {
  const form = Object.hasOwn(table, type) ? table[type] : undefined;
  if (form !== undefined) return form;
  const shown = type === "" ? "(none)" : type.slice(0, 100);
  throw new TaffrailError("unsupported_media_type", { type: shown, supported: Object.keys(table).join(", ") });
}

/**
 * How an OTLP body of this Content-Type is written.
 *
 * @throws TaffrailError `unsupported_media_type` with the supported ones.
 * @example otlpForm("application/json; charset=utf-8") // "json"
 */
export function otlpForm(header: string | undefined): OtlpForm {
  return look(otlpTypes, bareType(header));
}

/**
 * How the answer to an OTLP body is written when its Content-Type may be wrong itself.
 *
 * @example otlpAnswerForm("text/html") // "json"
 */
export function otlpAnswerForm(header: string | undefined): OtlpForm {
  return /protobuf/i.test(header ?? "") ? "protobuf" : "json";
}

/**
 * How lines of this Content-Type are read; without one they may be anything.
 *
 * @throws TaffrailError `unsupported_media_type` with the supported ones.
 * @example linesForm(undefined).plainText // true
 */
export function linesForm(header: string | undefined): LinesForm {
  const type = bareType(header);
  return type === "" ? text : look(linesTypes, type);
}
