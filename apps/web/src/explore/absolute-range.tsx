import { parseDuration } from "@taffrail/contracts";
import { type FormEvent, type ReactElement, useId, useState } from "react";
import { parseMoment } from "../time/parse-moment.ts";
import { absoluteRange, type TimeRange } from "../time/range.ts";
import { Button } from "../ui/button.tsx";
import { useExplore } from "./explore-context.tsx";

interface Fault {
  readonly field: "from" | "to" | "last";
  readonly message: string;
}

const momentHint = "Write a time like 2026-11-22 08:30, 08:30:15, -2h or now.";

function MomentField({
  label,
  text,
  setText,
  invalid,
  describedBy,
}: {
  readonly label: string;
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly invalid: boolean;
  readonly describedBy: string;
}): ReactElement {
  return (
    <label className="labelled">
      <span>{label}</span>
      <input
        className="field code"
        value={text}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={invalid}
        aria-describedby={describedBy}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}

/** The form for a range with fixed ends, and for a relative range of any length. */
export function AbsoluteRange({ choose }: { readonly choose: (range: TimeRange) => void }): ReactElement {
  const { span, format } = useExplore();
  const [from, setFrom] = useState(() => format.full(span.from).replace(/\.000$/, ""));
  const [to, setTo] = useState(() => format.full(span.to).replace(/\.000$/, ""));
  const [last, setLast] = useState("");
  const [fault, setFault] = useState<Fault>();
  const hintId = useId();
  const submitEnds = (event: FormEvent): void => {
    event.preventDefault();
    const reading = { format, now: Date.now() };
    const start = parseMoment(from, reading);
    const end = parseMoment(to, reading);
    if (start === undefined) setFault({ field: "from", message: `“From” is not a time. ${momentHint}` });
    else if (end === undefined) setFault({ field: "to", message: `“To” is not a time. ${momentHint}` });
    else if (end <= start) setFault({ field: "to", message: "“To” must come after “From”." });
    else choose(absoluteRange(start, end));
  };
  const submitLast = (event: FormEvent): void => {
    event.preventDefault();
    if (parseDuration(last) === undefined)
      setFault({ field: "last", message: "Write a duration like 45m, 36h or 1h30m." });
    else choose({ kind: "relative", since: last.trim() });
  };
  return (
    <>
      <form className="range-form" onSubmit={submitEnds}>
        <MomentField
          label="From"
          text={from}
          setText={setFrom}
          invalid={fault?.field === "from"}
          describedBy={hintId}
        />
        <MomentField label="To" text={to} setText={setTo} invalid={fault?.field === "to"} describedBy={hintId} />
        <Button look="accent" submits>
          Apply
        </Button>
      </form>
      <form className="range-last" onSubmit={submitLast}>
        <MomentField
          label="Last"
          text={last}
          setText={setLast}
          invalid={fault?.field === "last"}
          describedBy={hintId}
        />
      </form>
      <p
        id={hintId}
        className={fault === undefined ? "hint" : "hint fault"}
        role={fault === undefined ? undefined : "alert"}
      >
        {fault?.message ?? `Times are in ${format.zoneLabel}. ${momentHint}`}
      </p>
    </>
  );
}
