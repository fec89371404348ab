import type { Facet, FacetValue } from "@taffrail/client";
import { useEffect, useMemo, useState } from "react";
import { useFieldValues } from "../api/questions.ts";
import { useExplore } from "./explore-context.tsx";
import { withoutField, withPart } from "./filters.ts";

/** A search waits this long for the next letter, in milliseconds. */
const restMs = 250;

/** What the reader looks for in a facet: a part of a value, or all values. */
export interface FacetSearch {
  readonly text: string;
  readonly all: boolean;
}

/** The values that a facet lists. */
export interface FacetValues {
  readonly values: readonly FacetValue[];
  /** How many different values there are, listed or not. */
  readonly distinct: number;
  readonly looking: boolean;
}

function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/**
 * The values of a facet: those that came with it, unless the reader wants all, searches among them, or has chosen some already; then the
 * server is asked for this field alone, without the choice, so that another value can be chosen too.
 */
export function useFacetValues(facet: Facet, wanted: FacetSearch, enabled: boolean): FacetValues {
  const { question } = useExplore();
  const search = useRested(wanted.text);
  const { own, differs } = useMemo(() => {
    const open = withoutField(question.query, facet.field);
    const base = open ?? question.query;
    const deep = search !== "" && facet.more && facet.field !== "level";
    const query = deep ? withPart(base, facet.field, search) : base;
    return { own: { query, span: question.span }, differs: open !== undefined || deep || (wanted.all && facet.more) };
  }, [question, facet.field, facet.more, search, wanted.all]);
  const found = useFieldValues(own, differs && enabled ? facet.field : undefined);
  const { values, distinct } = (differs ? found.data?.facets[0] : undefined) ?? facet;
  const shown = useMemo(
    () => values.filter(({ value }) => value.toLowerCase().includes(wanted.text.toLowerCase())),
    [values, wanted.text],
  );
  return { values: shown, distinct, looking: found.isFetching || search !== wanted.text };
}
