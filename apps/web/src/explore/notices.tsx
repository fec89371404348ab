import type { ReactElement } from "react";
import { Button } from "../ui/button.tsx";
import { Banner } from "../ui/parts.tsx";
import { useExplore } from "./explore-context.tsx";
import { countWords } from "./quantity.ts";
import type { Results } from "./use-results.ts";

/** What the reader should know about the records below: some not searchable yet, a field nobody sent, an answer that failed half-way. */
export function Notices({ results }: { readonly results: Results }): ReactElement | null {
  const { state, refresh } = useExplore();
  const { first, problem } = results;
  const notices = (first?.notices ?? []).filter(
    (notice) => notice.code !== "pending_records" && notice.code !== "sampled",
  );
  const pending = state.live ? 0 : (first?.pendingRecords ?? 0);
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
      {pending > 0 ? (
        <Banner>
          <span>
            {countWords(pending)} record{pending === 1 ? " is" : "s are"} accepted but not searchable yet.
          </span>
          <Button size="small" look="plain" icon="refresh" onClick={refresh}>
            Look again
          </Button>
        </Banner>
      ) : null}
    </div>
  );
}
