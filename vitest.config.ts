/**
 * How the tests run: beside the code and in tests/, one seed for the whole run, nothing but loopback.
 * The accepted recordings have their own settings in tests/accept.
 */
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const SEED_LIMIT = 2 ** 31;
/** Long enough for a child process on a busy machine with two cores; properties run longer at full depth. */
const TEST_TIMEOUT_MS = process.env["MERIDIAN_TEST_DEPTH"] === "full" ? 600_000 : 60_000;

export default defineConfig({
  test: {
    include: ["{src,simulators,bench,scripts,tests}/**/*.test.ts"],
    exclude: ["tests/accept/**", "node_modules/**"],
    setupFiles: ["tests/support/setup.ts"],
    globalSetup: ["tests/support/announce-run.ts"],
    env: { MERIDIAN_TEST_SEED: process.env["MERIDIAN_TEST_SEED"] ?? String(randomInt(SEED_LIMIT)) },
    // Long tests wait for child processes and for sockets: more of them than cores go on at a time.
    maxWorkers: availableParallelism() + 1,
    // A thread starts in less time than a process, and there is one for each file.
    pool: "threads",
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    restoreMocks: true,
    coverage: { provider: "v8", include: ["src/**/*.ts"] },
  },
});
