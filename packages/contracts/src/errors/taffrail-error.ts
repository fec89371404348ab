import { catalogue, type ErrorCode } from "./catalogue.ts";

/** Details that fill the placeholders of a message. Never put a secret here: details are shown. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** How an error travels in JSON: the body of every error answer is `{ error: ErrorBody }`. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly details: ErrorDetails;
}

const fill = (template: string, details: ErrorDetails): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in details ? String(details[name]) : whole));

/**
 * An error of the catalogue. Inner code throws it or returns it; only the edge logs it.
 *
 * @example throw new TaffrailError("query_too_long", { length: 9000, limit: 8192 });
 */
export class TaffrailError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly remedy: string;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    const definition = catalogue[code];
    super(fill(definition.message, details), cause === undefined ? undefined : { cause });
    this.name = "TaffrailError";
    this.code = code;
    this.status = definition.status;
    this.remedy = fill(definition.remedy, details);
    this.details = details;
  }

  toJSON(): ErrorBody {
    return { code: this.code, message: this.message, remedy: this.remedy, details: this.details };
  }
}
