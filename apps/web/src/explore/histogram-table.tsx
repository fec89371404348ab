import type { HistogramResult } from "@taffrail/client";
import type { ReactElement } from "react";
import { msOf } from "../time/format.ts";
import { absoluteRange } from "../time/range.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useExplore } from "./explore-context.tsx";
import { stackOrder, sumCounts, totalOf } from "./histogram-scale.ts";

/** The histogram as numbers: for screen readers, for copying, and to zoom without a pointer. */
export function HistogramTable({
  result,
  onClose,
}: {
  readonly result: HistogramResult;
  readonly onClose: () => void;
}): ReactElement {
  const { format, zoom } = useExplore();
  const sum = sumCounts(result.buckets);
  const levels = [...stackOrder].reverse().filter((level) => sum[level] > 0);
  const filled = result.buckets.filter((bucket) => totalOf(bucket.counts) > 0);
  return (
    <Dialog title="Records over time" onClose={onClose}>
      <table className="numbers">
        <caption className="quiet">
          Records by level in steps of {result.stepMs / 1000} seconds; times without records are left out.
        </caption>
        <thead>
          <tr>
            <th scope="col">From ({format.zoneLabel})</th>
            {levels.map((level) => (
              <th key={level} scope="col">
                {level}
              </th>
            ))}
            <th scope="col">All</th>
            <th scope="col">
              <span className="quiet">Zoom</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {filled.map((bucket) => {
            const from = msOf(bucket.start);
            const label = format.full(from).replace(/\.000$/, "");
            return (
              <tr key={bucket.start}>
                <th scope="row">{label}</th>
                {levels.map((level) => (
                  <td key={level}>{(bucket.counts[level] ?? 0).toLocaleString("en-US")}</td>
                ))}
                <td>{totalOf(bucket.counts).toLocaleString("en-US")}</td>
                <td>
                  <Button
                    size="small"
                    aria-label={`Zoom to ${label}`}
                    onClick={() => {
                      zoom(absoluteRange(from, from + result.stepMs));
                      onClose();
                    }}
                  >
                    Zoom
                  </Button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Dialog>
  );
}
