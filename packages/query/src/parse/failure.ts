import type { Problem, Token } from "./token.ts";

/** A syntax error on its way from the place that found it to `parseQuery`, which answers it as a value. */
export class QueryFailure extends Error {
  readonly problem: Problem;
  readonly from: number;
  readonly to: number;

  constructor(problem: Problem, at: { readonly from: number; readonly to: number }) {
    super(problem.reason);
    this.problem = problem;
    this.from = at.from;
    this.to = at.to;
  }
}

/** A syntax error at a token. */
export function syntaxFailure(at: Pick<Token, "from" | "to">, reason: string, hint: string): QueryFailure {
  return new QueryFailure({ code: "query_syntax", reason, hint }, at);
}
