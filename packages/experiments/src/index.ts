export { createFailpoint, type Failpoint, parseFailpoints } from "./failpoint.ts";
