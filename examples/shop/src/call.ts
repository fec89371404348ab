import { traceparent } from "./trace.ts";

/** The answer of another service. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Calls another service as part of the running trace. Rejects when it cannot be reached, with the reason as cause.
 *
 * @example const { status } = await call(`${orders}/orders`, { sku: "mug" });
 */
export async function call(url: string, body: object): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent: traceparent() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5000),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  } catch (error) {
    throw new Error(`no answer from ${new URL(url).pathname}`, { cause: error });
  }
}
