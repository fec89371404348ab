import type { RangeFilter } from "../filter.ts";
import { fieldText, operandText } from "../text.ts";
import type { Construct } from "./construct.ts";
import { type Bound, compileBounds } from "./order.ts";

const boundsOf = ({ from, to, includesFrom, includesTo }: RangeFilter): readonly Bound[] => [
  ...(from === undefined ? [] : [{ operator: includesFrom ? ">=" : ">", operand: from } as const]),
  ...(to === undefined ? [] : [{ operator: includesTo ? "<=" : "<", operand: to } as const]),
];

/** `status:[400 TO 499]`, `status:{400 TO *}`: brackets include their bound, braces do not, a star leaves a side open. */
export const range: Construct<RangeFilter> = {
  print(filter) {
    const from = filter.from === undefined ? "*" : operandText(filter.from);
    const to = filter.to === undefined ? "*" : operandText(filter.to);
    return `${fieldText(filter.field)}${filter.includesFrom ? "[" : "{"}${from} TO ${to}${filter.includesTo ? "]" : "}"}`;
  },
  compile: (filter) => compileBounds(filter.field, boundsOf(filter)),
  fields: ({ field }) => [field],
};
