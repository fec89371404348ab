export { type ManualClock, manualClock } from "./manual-clock.ts";
export { createRandom, type Random } from "./random.ts";
export { type RecordedLine, type Recorder, recorder } from "./recorder.ts";
export {
  type SinkObligation,
  type SinkSuiteOptions,
  type SinkUnderTest,
  testSink,
} from "./test-sink.ts";
export type { SuiteOptions, TestRunner } from "./test-suite.ts";
