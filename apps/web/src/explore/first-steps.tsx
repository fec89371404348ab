import type { Status } from "@taffrail/client";
import { type ReactElement, useEffect } from "react";
import { StateCard } from "../ui/parts.tsx";
import { useExplore } from "./explore-context.tsx";
import { SendSnippets } from "./send-dialog.tsx";

/** The page of a server that holds nothing yet: how to send the first record, and a look-out for it. */
export function FirstSteps({ status }: { readonly status: Status }): ReactElement {
  const { refresh } = useExplore();
  const arrived = status.storage.rows + status.ingest.accepted > 0;
  useEffect(() => {
    if (arrived) refresh();
  }, [arrived, refresh]);
  return (
    <StateCard icon="send" title="Send your first record">
      <p>The server is running and holds no records yet. Pick a way below; what arrives appears here by itself.</p>
      <SendSnippets />
    </StateCard>
  );
}
