import type { SearchResult } from "@taffrail/client";
import type { ReactElement } from "react";
import { CodeBlock } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { bytesWords, countWords, elapsedWords } from "./quantity.ts";
import { layoutSql } from "./sql-layout.ts";

/** The statement that found the records, and what it cost. */
export function SqlDialog({
  answer,
  onClose,
}: {
  readonly answer: SearchResult;
  readonly onClose: () => void;
}): ReactElement {
  return (
    <Dialog title="SQL of this search" onClose={onClose}>
      <div className="snippet">
        <CodeBlock code={layoutSql(answer.sql)} label="SQL" wrap />
        <p>
          {elapsedWords(answer.elapsedMs)} in the engine · {countWords(answer.rowsRead)} rows ·{" "}
          {bytesWords(answer.bytesRead)} read
        </p>
      </div>
    </Dialog>
  );
}
