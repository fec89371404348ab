import { levels } from "@taffrail/contracts";
import fc from "fast-check";
import type { Field, Filter } from "../index.ts";
import { knownFields, resolveField } from "../index.ts";
import { combine } from "../filters/combine.ts";
import { readOperand } from "../operand.ts";

const nasty = ["'", '"', "\\", "%", "_", "*", ":", "(", ")", "/", "-", "!", "|", "&", " ", "\n", "\t", "\0", "[", "]", "{", "}"];
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "Z", "0", "9", ".", "AND", "OR", "NOT", "TO", "é", "日", "🚢", "<", ">", "=", "@") },
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 3 }) },
);
const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));

const fieldNames = knownFields.filter(({ type }) => type === "folded" || type === "exact").map(({ name }) => name);
const keyField: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ in: fc.constantFrom("attributes", "resource", "scope"), key: text }),
  fc.record({ in: fc.constant("any" as const), key: text }),
).map((field) => ({ ...field, key: field.key })) as fc.Arbitrary<Field>;
const field: fc.Arbitrary<Field> = fc.oneof(keyField, fc.constantFrom(...fieldNames).map(resolveField));
const body: Field = { in: "column", name: "body" };

const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => ({ type: "number" as const, value: value === 0 ? 0 : value, unit: undefined }));
const measured = fc
  .record({ value: fc.integer({ min: -5000, max: 5000 }), unit: fc.constantFrom("ms", "s", "us", "d", "kb", "gib", "b") })
  .map(({ value, unit }) => readOperand(`${value}${unit}`) ?? { type: "text" as const, text: "x" });
const words = text.map((value) => ({ type: "text" as const, text: value }));
const operand = fc.oneof(number, measured, words);
const bounds = fc.oneof(fc.tuple(number, number), fc.tuple(measured, number), fc.tuple(words, words));
const operator = fc.constantFrom(">", ">=", "<", "<=");

const atom = fc.constantFrom("a", "é", ".", "\\d", "\\w", "[a-z]", "[^/]", "\\/", "\\.", "(?:a|b)", "(x)", "\\pL", "'", "\\\\");
const pattern = fc
  .array(fc.tuple(atom, fc.constantFrom("", "*", "+", "?", "{2}", "{0,3}", "+?")), { minLength: 1, maxLength: 5 })
  .map((pairs) => pairs.map((pair) => pair.join("")).join(""));

const literals = fc.array(fc.oneof(text, fc.constant("")), { minLength: 2, maxLength: 4 }).filter(
  (parts) => parts.some((part) => part !== "") && parts.slice(1, -1).every((part) => part !== ""),
);

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.constant<Filter>({ kind: "all" }),
  text.map((value): Filter => ({ kind: "word", text: value })),
  fc.oneof(text, fc.constant("")).map((value): Filter => ({ kind: "phrase", text: value })),
  fc.record({ field, value: fc.oneof(text, fc.constant("")) }).map((rest): Filter => ({ kind: "field-equals", ...rest })),
  fc.record({ field, operator, operand }).map((rest) => ({ kind: "comparison", ...rest }) as Filter),
  fc
    .record({ field, bounds, open: fc.constantFrom("none", "from", "to"), includesFrom: fc.boolean(), includesTo: fc.boolean() })
    .map(({ bounds: [from, to], open, ...rest }) => {
      return { kind: "range", ...rest, from: open === "from" ? undefined : from, to: open === "to" ? undefined : to } as Filter;
    }),
  fc.record({ field: fc.oneof(field, fc.constant(body)), parts: literals }).map((rest): Filter => ({ kind: "wildcard", ...rest })),
  fc.record({ field: fc.oneof(field, fc.constant(body)), pattern }).map((rest): Filter => ({ kind: "regex", ...rest })),
  fc.oneof(field, fc.constant(body)).map((one): Filter => ({ kind: "exists", field: one })),
  fc
    .record({ operator: fc.constantFrom("=", ">", ">=", "<", "<="), level: fc.constantFrom(...levels) })
    .map((rest) => ({ kind: "level", ...rest }) as Filter),
);

/** Filters of every kind, with texts that try to leave their literals. All of them are ones that the parser could have made. */
export const arbitraryFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: tie("filter").map((filter): Filter => ({ kind: "not", filter })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("and", "or"), fc.array(tie("filter"), { minLength: 2, maxLength: 4 }))
        .map(([kind, filters]) => combine(kind as "and" | "or", filters)),
    },
  ),
})).filter;
