import type { ComparisonFilter } from "../filter.ts";
import { fieldText, operandText } from "../text.ts";
import type { Construct } from "./construct.ts";
import { compileBounds } from "./order.ts";

/** `duration:>250ms`, `date:>=2026-11-01`. */
export const comparison: Construct<ComparisonFilter> = {
  print: ({ field, operator, operand }) => fieldText(field) + operator + operandText(operand),
  compile: ({ field, operator, operand }) => compileBounds(field, [{ operator, operand }]),
  fields: ({ field }) => [field],
};
