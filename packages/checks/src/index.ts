export { type Check, type Evidence, type Finding, fail, notApplicable, pass, type Verdict, verdicts } from "./check.ts";
export { abortFault, catalogueFaults } from "./conformance.ts";
export { doctorChecks } from "./doctor/catalogue.ts";
export type { DoctorDeadLetters, DoctorStatus, DoctorSubject } from "./doctor/subject.ts";
export { type CheckReport, type CheckResult, type ReportPaint, reportOf, reportText } from "./report.ts";
export { judge, type RunOptions, runChecks } from "./run.ts";
