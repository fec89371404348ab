import type { ReactElement } from "react";
import { useStatus } from "../api/questions.ts";
import { Button } from "../ui/button.tsx";
import { Banner } from "../ui/parts.tsx";
import { useExplore } from "./explore-context.tsx";
import { countWords } from "./quantity.ts";

/** How often the page looks whether waiting records have arrived, in milliseconds. */
const lookEveryMs = 1000;

/**
 * Says how many records were safe but not searchable when the page asked, and when they have become so. The list does not change by itself:
 * somebody may be reading it.
 */
export function PendingNotice({ pending }: { readonly pending: number }): ReactElement {
  const { refresh } = useExplore();
  const waiting = useStatus(lookEveryMs).data?.ingest.pending ?? pending;
  const records = `${countWords(pending)} record${pending === 1 ? "" : "s"}`;
  return (
    <Banner>
      <span>
        {waiting > 0
          ? `${records} accepted but not searchable yet.`
          : `${records} became searchable since this search.`}
      </span>
      <Button size="small" look={waiting > 0 ? "plain" : "normal"} icon="refresh" onClick={refresh}>
        Look again
      </Button>
    </Banner>
  );
}
