/** One entry of the catalogue: what went wrong, what to do next, and the HTTP status it is answered with. */
export interface ErrorDefinition {
  readonly status: number;
  /** One sentence; `{name}` stands for a detail of that name. */
  readonly message: string;
  /** What the reader should do next; one sentence, same placeholders. */
  readonly remedy: string;
}
