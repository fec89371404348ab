import { type ReactElement, useState } from "react";
import { CodeBlock } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { type Snippet, snippetsFor } from "./snippets.ts";
import "./send-dialog.css";

function SnippetView({ snippet }: { readonly snippet: Snippet }): ReactElement {
  return (
    <div className="snippet">
      <p>{snippet.words}</p>
      <CodeBlock code={snippet.code} label={snippet.title} wrap />
    </div>
  );
}

/** Ways to send records to the server that this page came from, ready to paste. */
export function SendSnippets(): ReactElement {
  const [chosen, setChosen] = useState("curl");
  const items = snippetsFor(window.location.origin).map((snippet) => ({
    id: snippet.id,
    label: snippet.title,
    render: () => <SnippetView snippet={snippet} />,
  }));
  return (
    <div className="snippets">
      <Tabs label="Ways to send records" items={items} chosen={chosen} onChoose={setChosen} />
    </div>
  );
}

/** The same ways, for a server that has records already. */
export function SendDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <Dialog title="Send records to this server" onClose={onClose}>
      <SendSnippets />
    </Dialog>
  );
}
