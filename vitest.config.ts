import { defineConfig } from "vitest/config";

const conditions = ["@taffrail/source"];

/** Tests resolve workspace packages to their sources, so a unit test needs no build. */
export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          setupFiles: ["packages/taffrail/src/testdata/ledger-after-each.ts"],
          include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.{ts,tsx}", "tools/**/*.test.mjs"],
        },
      },
      {
        extends: true,
        test: {
          name: "acceptance",
          include: ["tests/acceptance/**/*.test.ts", "examples/*/src/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      { extends: true, test: { name: "e2e", include: ["tests/e2e/**/*.test.ts"], testTimeout: 180_000 } },
    ],
  },
});
