/**
 * How the acceptance runs: the whole pipeline over recorded vendor data that is no part of the project.
 * Started by `npm run accept -- DIR`, which checks the folder and names it in MERIDIAN_ACCEPT_DATA.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import commonConfig from "../../vitest.config.ts";

/** The largest acceptance imports twenty years of fifty symbols and builds them several times. */
const ACCEPT_TIMEOUT_MS = 900_000;

export default defineConfig({
  ...commonConfig,
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    ...commonConfig.test,
    include: ["tests/accept/**/*.accept.ts"],
    exclude: ["node_modules/**"],
    testTimeout: ACCEPT_TIMEOUT_MS,
    hookTimeout: ACCEPT_TIMEOUT_MS,
  },
});
