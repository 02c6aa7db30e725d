/**
 * The fault driver can fail: each kind of mistake that it is there to find is planted in a copy of the
 * product, found, and found again by the command that the report names.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  type FaultDriver,
  describeResult,
  openFaultDriver,
} from "../../simulators/faults/fault-driver.ts";
import type { PointKind } from "../../simulators/faults/fault-points.ts";
import { testCount, testSeed } from "../support/depth.ts";
import { type Mistake, plantMistake } from "./planted-copy.ts";

type PlantedCase = Mistake & {
  readonly title: string;
  readonly kind: PointKind;
  readonly job: string;
  /** A point that this mistake cannot come through, as the driver says it in words. */
  readonly struckAt: RegExp;
  readonly finds: RegExp;
};

const CASES: readonly PlantedCase[] = [
  {
    title: "a file that is written in place",
    file: "src/platform/atomic-file.ts",
    right: "const temporary = temporaryPathOf(path);\n  const bytes",
    wrong: "const temporary = path;\n  const bytes",
    kind: "kill",
    job: "us-symbols",
    struckAt: /^(tear|kill_before) at \d+ of \d+, write .*listing.*\.meta\.json$/,
    finds: /right after the fault: raw of us cannot be read/,
  },
  {
    title: "a decision that is recorded again",
    file: "src/curation/withdraw-job.ts",
    right: "if (readTruthEvents(context.ledger).withdrawn.has(raw)) return false;",
    wrong: "",
    kind: "kill",
    job: "us-withdraw",
    struckAt: /^(tear|kill_\w+) at \d+ of \d+, sqlite close$/,
    finds: /the ledger of us says twice: RAW_WITHDRAWN/,
  },
  {
    title: "a call that leaves the queue before its payload has landed",
    file: "src/ingestion/fetch-call.ts",
    right: "const answer = await source.fetchCall(asked, permit.key);",
    wrong:
      "retryQueue.remove(call);\n    const answer = await source.fetchCall(asked, permit.key);",
    kind: "kill",
    job: "us-retry",
    struckAt: /^(tear|kill_before) at \d+ of \d+, \w+ .*HYG.*\.csv\.PID\.part~$/,
    finds: /receipts differs from the undisturbed run/,
  },
  {
    title: "a full disk that nobody names",
    file: "src/platform/atomic-file.ts",
    right: "if (!isFull) return cause;",
    wrong: "if (isFull || !isFull) return cause;",
    kind: "full",
    job: "us-import",
    struckAt: /^full_\w+ at \d+ of \d+, (create|write) .*import_daily/,
    finds: /ended with 1 where 1 is right:\n\s+error: something unexpected happened/,
  },
  {
    title: "a budget that begins anew when the clock is set back",
    file: "src/ingestion/call-budget.ts",
    right: "return counted.day - wallDay <= 1 ? counted : { day: wallDay, used: counted.used };",
    wrong: "return { day: wallDay, used: 0 };",
    kind: "clock",
    job: "us-backfill",
    struckAt: /^clock set by -86400 s at [12]\d\d$/,
    finds: /the vendor refused \d+ of \d+ requests for its limit/,
  },
];

/** Enough points to meet any operation; choosing them runs nothing. */
const POINTS_LOOKED_AT = 20_000;
const TIMEOUT_MS = 120_000;
const DRIVER = fileURLToPath(new URL("../../simulators/faults/main.ts", import.meta.url));

/** The case that the seed chooses, or all. */
const chosen = CASES.filter(
  (_, index) => testCount(index === testSeed() % CASES.length ? 1 : 0, 1) === 1,
);

test.each(chosen)(
  "$title is found, and again by the command in the report",
  { timeout: TIMEOUT_MS },
  async (planted) => {
    const copy = plantMistake(planted);
    const driver = await openFaultDriver({ seed: testSeed(), entry: copy.entry });
    try {
      const { kind, job } = planted;
      const result = await driver.runPoint(kind, job, await findPoint(driver, planted));
      expect(describeResult(result)).toMatch(planted.finds);
      expect(result.isStruck).toBe(true);
      // Every other quick run is content with the report.
      if (testCount(testSeed() % 2, 0) === 1) return;
      const words = result.command.split(" ");
      expect(words.slice(0, 2)).toEqual(["node", "simulators/faults/main.ts"]);
      const flags = [...words.slice(2), "--product", copy.entry];
      const again = spawnSync(process.execPath, [DRIVER, ...flags], { encoding: "utf8" });
      expect(again.stdout).toMatch(planted.finds);
      expect(again.stdout).toContain(`repeat: ${result.command}`);
      expect(again.status).toBe(1);
    } finally {
      await driver.close();
      copy.remove();
    }
  },
);

async function findPoint(driver: FaultDriver, planted: PlantedCase): Promise<number> {
  for (let point = 0; point < POINTS_LOOKED_AT; point++) {
    const says = await driver.sayPoint(planted.kind, planted.job, point);
    if (planted.struckAt.test(says)) return point;
  }
  throw new Error(`no point of ${planted.job} is ${String(planted.struckAt)}`);
}
