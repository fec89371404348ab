import type {
  ContextResult,
  FacetsResult,
  FieldsResult,
  HistogramResult,
  LogView,
  SearchResult,
  Status,
} from "@taffrail/client";
import {
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import type { Span } from "../time/range.ts";
import { useClient } from "./server.tsx";

/** A query and the span it is asked of. */
export interface Question {
  readonly query: string;
  readonly span: Span;
}

/** Records a page of the table asks for. */
export const pageSize = 200;
/** Pages the table keeps; beyond them the reader is asked to narrow the search. */
export const pagesMax = 50;

const ends = (span: Span): { from: string; to: string } => ({
  from: new Date(span.from).toISOString(),
  to: new Date(span.to).toISOString(),
});

/** Records, newest first, page by page. */
export function useSearch({ query, span }: Question): UseInfiniteQueryResult<readonly SearchResult[]> {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: ["search", query, span.from, span.to],
    queryFn: ({ pageParam, signal }) =>
      client.searchLogs({ query, ...ends(span), limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: SearchResult, all) => (all.length < pagesMax ? last.nextCursor : undefined),
    placeholderData: keepPreviousData,
    select: (data): readonly SearchResult[] => data.pages,
  });
}

/** Records by level over time. */
export function useHistogram({ query, span }: Question, buckets: number): UseQueryResult<HistogramResult> {
  const client = useClient();
  return useQuery({
    queryKey: ["histogram", query, span.from, span.to, buckets],
    queryFn: ({ signal }) => client.logHistogram({ query, ...ends(span), buckets }, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** The commonest values of the fields that the server finds most telling. */
export function useFacets({ query, span }: Question): UseQueryResult<FacetsResult> {
  const client = useClient();
  return useQuery({
    queryKey: ["facets", query, span.from, span.to],
    queryFn: ({ signal }) => client.logFacets({ query, ...ends(span), limit: 10 }, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** The commonest values of one field: more of them than the list of facets shows. */
export function useFieldValues({ query, span }: Question, field: string | undefined): UseQueryResult<FacetsResult> {
  const client = useClient();
  return useQuery({
    queryKey: ["values", query, span.from, span.to, field],
    queryFn: ({ signal }) => client.logFacets({ query, ...ends(span), fields: field ?? "", limit: 100 }, { signal }),
    placeholderData: keepPreviousData,
    enabled: field !== undefined,
  });
}

/** Field names seen in the span, commonest first. */
export function useFields(span: Span, enabled: boolean): UseQueryResult<FieldsResult> {
  const client = useClient();
  return useQuery({
    queryKey: ["fields", span.from, span.to],
    queryFn: ({ signal }) => client.logFields({ ...ends(span), limit: 500 }, { signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** What `useSurrounding` asks for. */
export interface SurroundingQuestion {
  readonly record: Pick<LogView, "id" | "time">;
  /** Neighbours on each side. */
  readonly around: number;
  readonly anyService: boolean;
  readonly enabled?: boolean;
}

/** One record with its neighbours in time. */
export function useSurrounding(question: SurroundingQuestion): UseQueryResult<ContextResult> {
  const client = useClient();
  const { record, around, anyService } = question;
  return useQuery({
    queryKey: ["surrounding", record.id, record.time, around, anyService],
    queryFn: ({ signal }) =>
      client.logContext({ id: record.id, time: record.time, before: around, after: around, anyService }, { signal }),
    placeholderData: (previous) => (previous?.record.id === record.id ? previous : undefined),
    enabled: question.enabled ?? true,
  });
}

/** The server's own state, asked for again and again: `everyMs` apart. */
export function useStatus(everyMs: number): UseQueryResult<Status> {
  const client = useClient();
  return useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => client.getStatus({}, { signal }),
    refetchInterval: everyMs,
  });
}
