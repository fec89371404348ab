/** A line that waits to learn whether its request fails. */
export interface HeldLine {
  readonly line: string;
  readonly rank: number;
  readonly routes: number;
}

/**
 * Fingers crossed: lines too quiet for their logger (whoever offers them decides that) wait, per request (running context), until a line of the trigger level arrives; then they are let go first,
 * in order, and further lines of the request do not wait. If the request ends without one they are filtered.
 */
export interface Hold {
  /**
   * True when the line was taken in (it counts as pending, or was filtered within the call); false when it should go on now, after those that this
   * call let go. Lines without a context and audit lines are never taken in.
   */
  offer(line: HeldLine, context: object | undefined): boolean;
  /** Lines that wait now. */
  readonly pending: number;
  /** The context has ended: what waits for it is filtered. */
  end(context: object): void;
  /** The logger closes or the process ends: everything that waits is filtered. */
  endAll(): void;
}
