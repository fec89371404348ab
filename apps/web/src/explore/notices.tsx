import type { LogView } from "@taffrail/client";
import type { ReactElement } from "react";
import { Button } from "../ui/button.tsx";
import { Banner } from "../ui/parts.tsx";
import { useExplore } from "./explore-context.tsx";
import { PendingNotice } from "./pending-notice.tsx";
import type { Results } from "./use-results.ts";

/** Whether the server wrote a record about itself. */
const isOwn = (record: LogView): boolean => record.source === "taffrail" && record.service === "taffrail";

/** What the reader should know about the records below: some not searchable yet, a field nobody sent, an answer that failed half-way. */
export function Notices({
  results,
  onSend,
}: {
  readonly results: Results;
  readonly onSend: () => void;
}): ReactElement | null {
  const { state, refresh } = useExplore();
  const { first, problem } = results;
  const notices = (first?.notices ?? []).filter(
    (notice) => notice.code !== "pending_records" && notice.code !== "sampled",
  );
  const pending = state.live ? 0 : (first?.pendingRecords ?? 0);
  const onlyOwn = state.query === "" && results.more === "none" && results.rows.length > 0 && results.rows.every(isOwn);
  return (
    <div className="notices" aria-live="polite">
      {problem !== undefined && results.rows.length > 0 ? (
        <Banner tone="danger" icon="alert">
          <span>
            {problem.message} {problem.remedy}
          </span>
          <Button size="small" onClick={refresh}>
            Retry
          </Button>
        </Banner>
      ) : null}
      {notices.map((notice) => (
        <Banner key={notice.message} tone={notice.code === "unknown_field" ? "caution" : "note"} icon="info">
          {notice.message}
        </Banner>
      ))}
      {pending > 0 ? <PendingNotice pending={pending} /> : null}
      {onlyOwn ? (
        <Banner icon="send">
          <span>So far there are only the server’s own records.</span>
          <Button size="small" onClick={onSend}>
            Send your first record
          </Button>
        </Banner>
      ) : null}
    </div>
  );
}
