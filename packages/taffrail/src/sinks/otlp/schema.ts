import { defineMessage, type Message, type MessageField, type ScalarType } from "./message.ts";

const one = (number: number, type: MessageField["type"]): MessageField => ({ number, type, times: "one" });
const set = (number: number, type: MessageField["type"]): MessageField => ({ number, type, times: "set" });
const many = (number: number, type: MessageField["type"]): MessageField => ({ number, type, times: "many" });
const packed = (number: number, type: ScalarType): MessageField => ({ number, type, times: "packed" });

const anyValue: Message = defineMessage({
  stringValue: set(1, "text"),
  boolValue: set(2, "bool"),
  intValue: set(3, "int"),
  doubleValue: set(4, "double"),
  arrayValue: set(5, () => arrayValue),
  kvlistValue: set(6, () => keyValueList),
  bytesValue: set(7, "base64"),
});
const arrayValue: Message = defineMessage({ values: many(1, () => anyValue) });
const keyValue: Message = defineMessage({ key: one(1, "text"), value: one(2, () => anyValue) });
const keyValueList: Message = defineMessage({ values: many(1, () => keyValue) });

const scope: Message = defineMessage({
  name: one(1, "text"),
  version: one(2, "text"),
  attributes: many(3, () => keyValue),
  droppedAttributesCount: one(4, "int"),
});
const entityRef: Message = defineMessage({
  schemaUrl: one(1, "text"),
  type: one(2, "text"),
  idKeys: many(3, "text"),
  descriptionKeys: many(4, "text"),
});
const resource: Message = defineMessage({
  attributes: many(1, () => keyValue),
  droppedAttributesCount: one(2, "int"),
  entityRefs: many(3, () => entityRef),
});

const logRecord: Message = defineMessage({
  timeUnixNano: one(1, "fixed64"),
  severityNumber: one(2, "int"),
  severityText: one(3, "text"),
  body: one(5, () => anyValue),
  attributes: many(6, () => keyValue),
  droppedAttributesCount: one(7, "int"),
  flags: one(8, "fixed32"),
  traceId: one(9, "hex"),
  spanId: one(10, "hex"),
  observedTimeUnixNano: one(11, "fixed64"),
  eventName: one(12, "text"),
});
const scopeLogs: Message = defineMessage({
  scope: one(1, () => scope),
  logRecords: many(2, () => logRecord),
  schemaUrl: one(3, "text"),
});
/** A resource and its log records. */
export const resourceLogs: Message = defineMessage({
  resource: one(1, () => resource),
  scopeLogs: many(2, () => scopeLogs),
  schemaUrl: one(3, "text"),
});

const spanEvent: Message = defineMessage({
  timeUnixNano: one(1, "fixed64"),
  name: one(2, "text"),
  attributes: many(3, () => keyValue),
  droppedAttributesCount: one(4, "int"),
});
const spanLink: Message = defineMessage({
  traceId: one(1, "hex"),
  spanId: one(2, "hex"),
  traceState: one(3, "text"),
  attributes: many(4, () => keyValue),
  droppedAttributesCount: one(5, "int"),
  flags: one(6, "fixed32"),
});
const spanStatus: Message = defineMessage({ message: one(2, "text"), code: one(3, "int") });
const span: Message = defineMessage({
  traceId: one(1, "hex"),
  spanId: one(2, "hex"),
  traceState: one(3, "text"),
  parentSpanId: one(4, "hex"),
  name: one(5, "text"),
  kind: one(6, "int"),
  startTimeUnixNano: one(7, "fixed64"),
  endTimeUnixNano: one(8, "fixed64"),
  attributes: many(9, () => keyValue),
  droppedAttributesCount: one(10, "int"),
  events: many(11, () => spanEvent),
  droppedEventsCount: one(12, "int"),
  links: many(13, () => spanLink),
  droppedLinksCount: one(14, "int"),
  status: one(15, () => spanStatus),
  flags: one(16, "fixed32"),
});
const scopeSpans: Message = defineMessage({
  scope: one(1, () => scope),
  spans: many(2, () => span),
  schemaUrl: one(3, "text"),
});
/** A resource and its spans. */
export const resourceSpans: Message = defineMessage({
  resource: one(1, () => resource),
  scopeSpans: many(2, () => scopeSpans),
  schemaUrl: one(3, "text"),
});

const exemplar: Message = defineMessage({
  timeUnixNano: one(2, "fixed64"),
  asDouble: set(3, "double"),
  spanId: one(4, "hex"),
  traceId: one(5, "hex"),
  asInt: set(6, "fixed64"),
  filteredAttributes: many(7, () => keyValue),
});
const numberDataPoint: Message = defineMessage({
  startTimeUnixNano: one(2, "fixed64"),
  timeUnixNano: one(3, "fixed64"),
  asDouble: set(4, "double"),
  exemplars: many(5, () => exemplar),
  asInt: set(6, "fixed64"),
  attributes: many(7, () => keyValue),
  flags: one(8, "int"),
});
const histogramDataPoint: Message = defineMessage({
  startTimeUnixNano: one(2, "fixed64"),
  timeUnixNano: one(3, "fixed64"),
  count: one(4, "fixed64"),
  sum: set(5, "double"),
  bucketCounts: packed(6, "fixed64"),
  explicitBounds: packed(7, "double"),
  exemplars: many(8, () => exemplar),
  attributes: many(9, () => keyValue),
  flags: one(10, "int"),
  min: set(11, "double"),
  max: set(12, "double"),
});
const buckets: Message = defineMessage({ offset: one(1, "zigzag"), bucketCounts: packed(2, "int") });
const exponentialDataPoint: Message = defineMessage({
  attributes: many(1, () => keyValue),
  startTimeUnixNano: one(2, "fixed64"),
  timeUnixNano: one(3, "fixed64"),
  count: one(4, "fixed64"),
  sum: set(5, "double"),
  scale: one(6, "zigzag"),
  zeroCount: one(7, "fixed64"),
  positive: one(8, () => buckets),
  negative: one(9, () => buckets),
  flags: one(10, "int"),
  exemplars: many(11, () => exemplar),
  min: set(12, "double"),
  max: set(13, "double"),
  zeroThreshold: one(14, "double"),
});
const valueAtQuantile: Message = defineMessage({ quantile: one(1, "double"), value: one(2, "double") });
const summaryDataPoint: Message = defineMessage({
  startTimeUnixNano: one(2, "fixed64"),
  timeUnixNano: one(3, "fixed64"),
  count: one(4, "fixed64"),
  sum: one(5, "double"),
  quantileValues: many(6, () => valueAtQuantile),
  attributes: many(7, () => keyValue),
  flags: one(8, "int"),
});
const pointFields = (point: Message) => ({
  dataPoints: many(1, () => point),
  aggregationTemporality: one(2, "int"),
});
const gauge: Message = defineMessage({ dataPoints: many(1, () => numberDataPoint) });
const sum: Message = defineMessage({ ...pointFields(numberDataPoint), isMonotonic: one(3, "bool") });
const histogram = defineMessage(pointFields(histogramDataPoint));
const exponentialHistogram = defineMessage(pointFields(exponentialDataPoint));
const summary: Message = defineMessage({ dataPoints: many(1, () => summaryDataPoint) });
const metric: Message = defineMessage({
  name: one(1, "text"),
  description: one(2, "text"),
  unit: one(3, "text"),
  gauge: set(5, () => gauge),
  sum: set(7, () => sum),
  histogram: set(9, () => histogram),
  exponentialHistogram: set(10, () => exponentialHistogram),
  summary: set(11, () => summary),
  metadata: many(12, () => keyValue),
});
const scopeMetrics: Message = defineMessage({
  scope: one(1, () => scope),
  metrics: many(2, () => metric),
  schemaUrl: one(3, "text"),
});
/** A resource and its metrics. */
export const resourceMetrics: Message = defineMessage({
  resource: one(1, () => resource),
  scopeMetrics: many(2, () => scopeMetrics),
  schemaUrl: one(3, "text"),
});
