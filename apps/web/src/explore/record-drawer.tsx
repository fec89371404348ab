import type { LogView } from "@taffrail/client";
import { type ReactElement, type RefObject, useState } from "react";
import { problemOf } from "../api/problem.ts";
import { useSurrounding } from "../api/questions.ts";
import { msOf, subMillis } from "../time/format.ts";
import { IconButton } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { LevelName, StateCard } from "../ui/parts.tsx";
import { Tabs } from "../ui/tabs.tsx";
import type { RecordRef } from "../url/explore-state.ts";
import { useExplore } from "./explore-context.tsx";
import { JsonView } from "./json-view.tsx";
import { ParsedView } from "./parsed-view.tsx";
import { permalinkOf } from "./permalink.ts";
import { SurroundingView } from "./surrounding-view.tsx";
import "./record-drawer.css";

export interface DrawerProps {
  readonly reference: RecordRef;
  /** The record, when the table holds it; else it is fetched. */
  readonly loaded: LogView | undefined;
  readonly panelRef: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly onStep: (step: -1 | 1) => void;
  readonly onOpen: (record: LogView) => void;
}

function DrawerHead({
  record,
  props,
}: {
  readonly record: LogView | undefined;
  readonly props: DrawerProps;
}): ReactElement {
  const { format, state } = useExplore();
  const ms = msOf(props.reference.time);
  return (
    <div className="drawer-head">
      <div className="drawer-title">
        <h2>
          {record === undefined ? "Record" : <LevelName level={record.level} />}
          {record === undefined ? null : <span className="drawer-service">{record.service}</span>}
        </h2>
        <time dateTime={props.reference.time}>
          {format.full(ms)}
          <span className="soft">
            {subMillis(props.reference.time)} {format.zoneLabel}
          </span>
        </time>
      </div>
      <IconButton icon="chevronLeft" size="small" label="Newer record (k)" onClick={() => props.onStep(-1)} />
      <IconButton icon="chevronRight" size="small" label="Older record (j)" onClick={() => props.onStep(1)} />
      <CopyButton icon="link" text={permalinkOf(state, props.reference)} label="Copy a link to this record" />
      <IconButton icon="close" size="small" label="Close (Esc)" onClick={props.onClose} />
    </div>
  );
}

function DrawerBody({
  record,
  onOpen,
}: {
  readonly record: LogView;
  readonly onOpen: DrawerProps["onOpen"];
}): ReactElement {
  const [tab, setTab] = useState("parsed");
  return (
    <Tabs
      label="Views of the record"
      chosen={tab}
      onChoose={setTab}
      items={[
        { id: "parsed", label: "Fields", render: () => <ParsedView record={record} /> },
        { id: "json", label: "JSON", render: () => <JsonView record={record} /> },
        {
          id: "surrounding",
          label: "Surrounding",
          render: () => <SurroundingView key={record.id} record={record} onOpen={onOpen} />,
        },
      ]}
    />
  );
}

/** The record beside the table: all of its fields, its JSON, and what happened around it. */
export function RecordDrawer(props: DrawerProps): ReactElement {
  const { reference, loaded, panelRef, onOpen } = props;
  const fetched = useSurrounding({ record: reference, around: 0, anyService: false, enabled: loaded === undefined });
  const record = loaded ?? fetched.data?.record;
  const problem = record === undefined && fetched.error !== null ? problemOf(fetched.error) : undefined;
  return (
    <aside ref={panelRef} className="drawer" aria-label="Record" tabIndex={-1}>
      <DrawerHead record={record} props={props} />
      {record === undefined ? null : <DrawerBody record={record} onOpen={onOpen} />}
      {problem === undefined ? null : (
        <StateCard tone="danger" icon="alert" title="This record cannot be shown">
          <p>{problem.message}</p>
          <p>{problem.remedy}</p>
        </StateCard>
      )}
      {record === undefined && problem === undefined ? (
        <div className="facet-waiting" aria-hidden="true">
          {[80, 55, 70, 62, 48].map((width) => (
            <span key={width} className="skeleton" style={{ width: `${width}%` }} />
          ))}
        </div>
      ) : null}
    </aside>
  );
}
