import type { Status } from "@taffrail/client";
import { type ReactElement, useCallback, useState } from "react";
import { problemOf } from "../api/problem.ts";
import { useStatus } from "../api/questions.ts";
import { Popover } from "../ui/popover.tsx";
import { bytesWords, countWords } from "./quantity.ts";

/** How often the server is asked how it is, in milliseconds. */
const everyMs = 15_000;

type Tone = "good" | "caution" | "danger";

function summaryOf(status: Status | undefined, error: Error | null): { readonly tone: Tone; readonly words: string } {
  if (error !== null) {
    const problem = problemOf(error);
    return { tone: "danger", words: problem.kind === "unreachable" ? "Unreachable" : "Unknown" };
  }
  if (status === undefined) return { tone: "caution", words: "Asking …" };
  if (status.components.some((component) => component.status === "down")) return { tone: "danger", words: "Down" };
  const degraded = !status.ready || status.components.some((component) => component.status !== "ok");
  return degraded ? { tone: "caution", words: "Degraded" } : { tone: "good", words: "Ready" };
}

function Details({ status }: { readonly status: Status }): ReactElement {
  const facts: readonly (readonly [string, string])[] = [
    ["Version", status.version],
    ["Stored", `${countWords(status.storage.rows)} records, ${bytesWords(status.storage.bytes)}`],
    ["Accepted", `${countWords(status.ingest.accepted)} records since the start`],
    ["Not searchable yet", `${countWords(status.ingest.pending)} records`],
    ["Journal", `${bytesWords(status.journal.bytes)} of ${bytesWords(status.journal.bytesLimit)}`],
  ];
  return (
    <>
      <ul className="component-list">
        {status.components.map((component) => (
          <li key={component.name}>
            <span className="dot" data-tone={{ ok: "good", degraded: "caution", down: "danger" }[component.status]} />
            <b>{component.name}</b>
            <span className="soft">{component.detail === "" ? component.status : component.detail}</span>
          </li>
        ))}
      </ul>
      <dl className="fact-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** One dot for the server's health; its parts and figures on request. */
export function ServerState(): ReactElement {
  const answer = useStatus(everyMs);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const { tone, words } = summaryOf(answer.data, answer.error);
  return (
    <Popover
      label="State of the server"
      open={open}
      onClose={close}
      trigger={
        <button
          type="button"
          className="button server-state"
          data-look="plain"
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <span className="dot" data-tone={tone} />
          <span>
            <span className="quiet">Server: </span>
            {words}
          </span>
        </button>
      }
    >
      <div className="server-panel">
        {answer.error === null ? null : <p>{problemOf(answer.error).message}</p>}
        {answer.data === undefined ? null : <Details status={answer.data} />}
      </div>
    </Popover>
  );
}
