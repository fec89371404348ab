import { type ReactElement, useEffect, useState } from "react";
import { useStatus } from "../api/questions.ts";
import { Button } from "../ui/button.tsx";
import { Banner } from "../ui/parts.tsx";
import { useExplore } from "./explore-context.tsx";
import { countWords } from "./quantity.ts";

/** How often the page looks whether waiting records have arrived, and afterwards, in milliseconds. */
const lookEveryMs = 1000;
const restEveryMs = 15_000;

/**
 * Says how many records were safe but not searchable when the page asked, and when they have become so. The list does not change by itself:
 * somebody may be reading it.
 */
export function PendingNotice({ pending }: { readonly pending: number }): ReactElement {
  const { refresh } = useExplore();
  const [arrived, setArrived] = useState(false);
  const waiting = useStatus(arrived ? restEveryMs : lookEveryMs).data?.ingest.pending;
  useEffect(() => {
    if (waiting === 0) setArrived(true);
  }, [waiting]);
  const records = `${countWords(pending)} record${pending === 1 ? "" : "s"}`;
  return (
    <Banner>
      <span>
        {arrived ? `${records} became searchable since this search.` : `${records} accepted but not searchable yet.`}
      </span>
      <Button size="small" look={arrived ? "normal" : "plain"} icon="refresh" onClick={refresh}>
        Look again
      </Button>
    </Banner>
  );
}
