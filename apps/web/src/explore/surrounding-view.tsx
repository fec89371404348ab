import type { LogView } from "@taffrail/client";
import { type ReactElement, useState } from "react";
import { problemOf } from "../api/problem.ts";
import { useSurrounding } from "../api/questions.ts";
import { msOf } from "../time/format.ts";
import { Button } from "../ui/button.tsx";
import { LevelName } from "../ui/parts.tsx";
import { useExplore } from "./explore-context.tsx";

/** Neighbours on each side: at first, and at most. */
const aroundFirst = 15;
const aroundMost = 240;

function Neighbour({
  record,
  here,
  onOpen,
}: {
  readonly record: LogView;
  readonly here: boolean;
  readonly onOpen: (record: LogView) => void;
}): ReactElement {
  const { format } = useExplore();
  return (
    <li className="neighbour" data-level={record.level} data-here={here}>
      <button type="button" aria-current={here ? "true" : undefined} onClick={() => onOpen(record)}>
        <time dateTime={record.time}>{format.millis(msOf(record.time))}</time>
        <LevelName level={record.level} />
        <span className="soft cut">{record.service}</span>
        <span className="cut">{record.body === "" ? record.eventName : record.body}</span>
      </button>
    </li>
  );
}

/** What happened just before and after the record, whatever the query says. */
export function SurroundingView({
  record,
  onOpen,
}: {
  readonly record: LogView;
  readonly onOpen: (record: LogView) => void;
}): ReactElement {
  const [around, setAround] = useState(aroundFirst);
  const [anyService, setAnyService] = useState(false);
  const answer = useSurrounding({ record, around, anyService });
  const { before = [], after = [] } = answer.data ?? {};
  return (
    <div className="surrounding">
      <div className="surrounding-bar">
        <label className="tick">
          <input type="checkbox" checked={anyService} onChange={(event) => setAnyService(event.target.checked)} />
          All services
        </label>
        <Button
          size="small"
          disabled={around >= aroundMost || answer.isFetching}
          onClick={() => setAround(Math.min(aroundMost, around * 2))}
        >
          {answer.isFetching ? "Loading …" : "Show more"}
        </Button>
      </div>
      {answer.error === null ? null : <p className="facet-note">{problemOf(answer.error).message}</p>}
      <ol aria-label="Records around this one, newest first">
        {[...after].reverse().map((one) => (
          <Neighbour key={one.id} record={one} here={false} onOpen={onOpen} />
        ))}
        <Neighbour record={record} here onOpen={onOpen} />
        {[...before].reverse().map((one) => (
          <Neighbour key={one.id} record={one} here={false} onOpen={onOpen} />
        ))}
      </ol>
    </div>
  );
}
