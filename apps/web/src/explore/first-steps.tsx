import type { ReactElement } from "react";
import { StateCard } from "../ui/parts.tsx";
import { SendSnippets } from "./send-dialog.tsx";

/** The page of a server that holds nothing yet: how to send the first record. */
export function FirstSteps(): ReactElement {
  return (
    <StateCard icon="send" title="Send your first record">
      <p>The server is running and holds no records yet. Pick a way below; what arrives appears here by itself.</p>
      <SendSnippets />
    </StateCard>
  );
}
