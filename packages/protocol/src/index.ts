export { parseJson } from "./json.ts";
export { type LineFormat, lineFormats } from "./ndjson/dialects/dialect.ts";
export { createLineParser, type LineOutcome, type LineParser, type LineParserOptions } from "./ndjson/line-parser.ts";
export {
  createLineSplitter,
  type LineSplitter,
  type LineSplitterOptions,
  type SplitLine,
} from "./ndjson/line-splitter.ts";
export { type DecodedItem, decodeLogsRequest } from "./otlp/decode.ts";
export { decodeLogsJson } from "./otlp/decode-json.ts";
export {
  encodeLogsRequest,
  encodeLogsResponse,
  encodeStatus,
  type LogsOutcome,
  logsResponseJson,
} from "./otlp/encode.ts";
export { invalidUtf8At } from "./otlp/utf8.ts";
export { type WalkBounds, type WalkResult, walkLogsRequest } from "./otlp/walk.ts";
export {
  createRowEncoder,
  encodeRow,
  originalTimeKey,
  type Row,
  type RowContext,
  type RowEncoder,
} from "./rows/encode-row.ts";
export { overflowKey } from "./rows/flatten.ts";
export { type DecodedRecord, isDeeperThan, isMap, jsonText, type RecordMap, type RecordValue } from "./value.ts";
