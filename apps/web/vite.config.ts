import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

/**
 * The page is served under `default-src 'self'; style-src 'self'`: nothing may be inlined, neither scripts nor styles nor small images.
 * Workspace packages are taken from their sources, so that the page can be built before or without them.
 */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["@taffrail/source", ...defaultClientConditions] },
  build: {
    target: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:4318", changeOrigin: true } } },
});
