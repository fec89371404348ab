import { type ReactElement, useEffect, useRef } from "react";
import { isPassing, problemOf } from "../api/problem.ts";
import { useFacets } from "../api/questions.ts";
import { IconButton } from "../ui/button.tsx";
import { useExplore } from "./explore-context.tsx";
import { FacetGroup } from "./facet-group.tsx";
import { opensAtFirst, orderFacets } from "./facet-order.ts";
import { useMovingQuestion } from "./use-moving-question.ts";
import "./facets.css";

/** How often the counts follow a live tail, in milliseconds: counting every field costs more than drawing a histogram. */
const followMs = 30_000;

function Waiting(): ReactElement {
  return (
    <div className="facet-waiting" aria-hidden="true">
      {[64, 88, 72, 50, 80, 60, 76, 44].map((width) => (
        <span key={width} className="skeleton" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function FacetList(): ReactElement {
  const { state } = useExplore();
  const answer = useFacets(useMovingQuestion(followMs));
  if (answer.error !== null && answer.data === undefined) {
    const problem = problemOf(answer.error);
    return <p className="facet-note">{isPassing(problem) ? "Not available now." : problem.message}</p>;
  }
  if (answer.data === undefined) return <Waiting />;
  const facets = orderFacets(answer.data.facets);
  return (
    <div className="facet-list" data-busy={answer.isPlaceholderData && !state.live}>
      {answer.data.sampled ? <p className="facet-note">Counts are estimated from a sample of the range.</p> : null}
      {facets.length === 0 ? <p className="facet-note">No fields in this range.</p> : null}
      {facets.map((facet, index) => (
        <FacetGroup key={facet.field} facet={facet} openAtFirst={opensAtFirst(facet, index)} />
      ))}
    </div>
  );
}

/** The fields on the left: what values there are, how often, and a click to keep or to leave them out. */
export function FacetPanel({
  floating,
  onClose,
}: {
  readonly floating: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (floating) panel.current?.querySelector<HTMLElement>("button")?.focus();
  }, [floating]);
  return (
    <>
      {floating ? <div className="facet-shade" aria-hidden="true" onClick={onClose} /> : null}
      <nav ref={panel} className="facets scroll" data-floating={floating} aria-label="Fields">
        <div className="facets-head">
          <h2>Fields</h2>
          <IconButton
            icon={floating ? "close" : "chevronLeft"}
            label="Hide the fields"
            size="small"
            onClick={onClose}
          />
        </div>
        <FacetList />
      </nav>
    </>
  );
}
