import { Component, type ReactElement, type ReactNode } from "react";
import { ServerProvider } from "./api/server.tsx";
import { ExploreProvider } from "./explore/explore-context.tsx";
import { ExplorePage } from "./explore/explore-page.tsx";
import { Button } from "./ui/button.tsx";
import { CodeBlock } from "./ui/copy.tsx";
import { StateCard } from "./ui/parts.tsx";

/** The last net: a fault of the page itself is shown, with what a maintainer needs, instead of a blank window. */
class FaultBoundary extends Component<{ readonly children: ReactNode }, { readonly fault: Error | undefined }> {
  override state: { readonly fault: Error | undefined } = { fault: undefined };

  static getDerivedStateFromError(fault: Error): { readonly fault: Error } {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === undefined) return this.props.children;
    return (
      <main>
        <StateCard
          tone="danger"
          icon="alert"
          title="This page has failed"
          actions={
            <Button look="accent" icon="refresh" onClick={() => window.location.reload()}>
              Reload
            </Button>
          }
        >
          <p>The server and its records are not affected. If it happens again, report it with the text below.</p>
          <CodeBlock code={fault.stack ?? fault.message} label="fault" wrap />
        </StateCard>
      </main>
    );
  }
}

/** The whole page. */
export function App(): ReactElement {
  return (
    <FaultBoundary>
      <ServerProvider>
        <ExploreProvider>
          <ExplorePage />
        </ExploreProvider>
      </ServerProvider>
    </FaultBoundary>
  );
}
