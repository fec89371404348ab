export { type ManualClock, manualClock } from "./manual-clock.ts";
export { type LogMatchers, logMatchers } from "./matchers.ts";
export { assertBalanced, assertLogged, assertLoggedTimes, assertNoErrors } from "./matchers-assert.ts";
export { findLogged, type LedgerSource, type LogQuery, type RecordSource, type Wanted } from "./matchers-query.ts";
export { nodeTestRunner } from "./node-test-runner.ts";
export { createRandom, type Random } from "./random.ts";
export { awkwardLines, awkwardRecords, type RecordViewOptions, recordView } from "./record-view.ts";
export { type RecordedLine, type Recorder, recorder } from "./recorder.ts";
export {
  type EnricherObligation,
  type EnricherSuiteOptions,
  type EnricherUnderTest,
  testEnricher,
} from "./test-enricher.ts";
export {
  type FilterObligation,
  type FilterSuiteOptions,
  type FilterUnderTest,
  testFilter,
} from "./test-filter.ts";
export {
  type FormatterExample,
  type FormatterObligation,
  type FormatterSuiteOptions,
  type FormatterUnderTest,
  testFormatter,
} from "./test-formatter.ts";
export {
  type ProcessorExample,
  type ProcessorObligation,
  type ProcessorSuiteOptions,
  type ProcessorUnderTest,
  testProcessor,
} from "./test-processor.ts";
export {
  type RedactorObligation,
  type RedactorSuiteOptions,
  type RedactorUnderTest,
  type SecretText,
  testRedactor,
} from "./test-redactor.ts";
export {
  type SinkObligation,
  type SinkSuiteOptions,
  type SinkUnderTest,
  testSink,
} from "./test-sink.ts";
export type { SuiteOptions, TestRunner } from "./test-suite.ts";
