import { type Client, createClient } from "@taffrail/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createContext, type ReactElement, type ReactNode, useContext, useState } from "react";
import { isPassing, problemOf, retryDelayMs } from "./problem.ts";

const ClientContext = createContext<Client | undefined>(undefined);

/** Answers are kept until a question changes: a page of records must not move under the reader. Only passing problems are tried again. */
function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: "always",
        retry: false,
        refetchInterval: (query) =>
          query.state.error !== null && isPassing(problemOf(query.state.error)) ? retryDelayMs : false,
      },
    },
  });
}

/** Gives everything below it the server that served this page. */
export function ServerProvider({ children }: { readonly children: ReactNode }): ReactElement {
  const [client] = useState(() => createClient({ baseUrl: window.location.origin }));
  const [cache] = useState(createCache);
  return (
    <QueryClientProvider client={cache}>
      <ClientContext value={client}>{children}</ClientContext>
    </QueryClientProvider>
  );
}

/** The server's API. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error("useClient needs a ServerProvider above it");
  return client;
}
