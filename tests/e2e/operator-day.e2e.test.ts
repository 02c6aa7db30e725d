/**
 * An operator's way from their own files to Canonical Truth Time: import, build, gate, reviews, waiver,
 * correction of the calendar, withdrawal. Every step through the command line, read as they would.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { buildCalendar, isSession } from "#core/calendar.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { NYSE_FACTS } from "#markets/us/nyse-facts.ts";
import { sha256Hex } from "#platform/digest.ts";
import { runMeridian, runMeridianJson } from "../support/command-line.ts";

const truthSchema = z.object({
  market: z.string(),
  rdt: z.string().nullable(),
  ctt: z.string().nullable(),
  te: z.null(),
  state: z.string(),
  why: z.array(z.string()),
  next: z.string(),
});
const countsSchema = z.object({
  parsed: z.number(),
  accepted: z.number(),
  quarantined: z.number(),
  parked: z.number(),
});
const buildSchema = z.object({
  snapshot: z.string(),
  contentDigest: z.string(),
  wasThere: z.boolean(),
  counts: z.object({ daily: countsSchema }),
  openReviews: z.number(),
  largeMoves: z.array(z.object({ symbol: z.string(), session: z.string() })),
});
const reviewsSchema = z.object({
  reviews: z.array(
    z.strictObject({
      id: z.string(),
      market: z.literal("us"),
      symbol: z.string(),
      session: z.string(),
      rule: z.string(),
      facts: z.record(z.string(), z.unknown()),
      holds: z.boolean(),
    }),
  ),
});
const importSchema = z.object({
  files: z.array(z.object({ raw: z.string(), outcome: z.string() })),
});

const WHO = ["--operator", "A. Person", "--reason", "looked at it"];
const LAST = "2024-03-28";
/** Good Friday: no session. The exchange's own calendar decides, not the week. */
const HOLIDAY = "2024-03-29";

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "meridian-day-"));
});
afterEach(() => {
  rmSync(workspace, { recursive: true, force: true });
});

/** The sessions of 2024 up to `LAST`. */
function sessions(): string[] {
  const calendar = buildCalendar(NYSE_FACTS);
  const days: string[] = [];
  for (
    let day = dayNumberOf(sessionDate("2024-01-02"));
    day <= dayNumberOf(sessionDate(LAST));
    day++
  ) {
    if (isSession(calendar, day)) days.push(dateOfDayNumber(day));
  }
  return days;
}

/** A file of a quiet symbol; `change` replaces rows by date, null leaves one out. */
function writeHistory(symbol: string, change: Record<string, string | null> = {}): string {
  const rows = sessions().map((date, index) => {
    const close = 100 + (index % 7) * 0.25;
    const row = `${date},${close},${close + 1},${close - 1},${close},${1_000_000 + index}`;
    return change[date] === undefined ? row : change[date];
  });
  const path = join(workspace, `${symbol}.csv`);
  const lines = ["Date,Open,High,Low,Close,Volume", ...rows.filter((row) => row !== null)];
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

async function importRaw(path: string): Promise<string> {
  const done = await runMeridianJson(
    importSchema,
    workspace,
    "us",
    "import",
    path,
    "--symbol-from-name",
    "--basis",
    "raw",
  );
  return done.files[0]?.raw ?? "";
}

const build = () => runMeridianJson(buildSchema, workspace, "us", "build");
const gate = async (): Promise<number> =>
  (await runMeridian(workspace, "gate", "ingest", "--market", "us")).exitCode;
const truth = () => runMeridianJson(truthSchema, workspace, "truth", "status", "--market", "us");

/** Digests of everything below data but SQLite's companions. */
function dataDigests(): Record<string, string> {
  const root = join(workspace, "data");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const files = names.filter(
    (name) => statSync(join(root, name)).isFile() && !/-(wal|shm)$/.test(name),
  );
  return Object.fromEntries(files.map((name) => [name, sha256Hex(readFileSync(join(root, name)))]));
}

test("moves truth time to the newest session of the files, and a second run changes no byte", async () => {
  await importRaw(writeHistory("SPY"));
  await importRaw(writeHistory("VIXY"));
  expect((await truth()).next).toBe("meridian us build");
  const built = await build();
  expect(built.counts.daily).toEqual({ parsed: 122, accepted: 122, quarantined: 0, parked: 0 });
  expect((await truth()).next).toContain("gate ingest");
  expect(await gate()).toBe(0);
  expect(await truth()).toMatchObject({
    market: "us",
    rdt: LAST,
    ctt: LAST,
    state: "PENDING_EVALUATION",
    why: [],
  });

  const before = dataDigests();
  expect((await build()).wasThere).toBe(true);
  expect(await gate()).toBe(0);
  await importRaw(join(workspace, "SPY.csv"));
  const after = dataDigests();
  for (const lock of Object.keys(after).filter((name) => name.includes("locks"))) {
    delete before[lock];
    delete after[lock];
  }
  expect(after).toEqual(before);
});

test("parks a jump of the benchmark, waits with exit 4, and goes on when a person approved it", async () => {
  await importRaw(writeHistory("SPY", { [LAST]: `${LAST},100,125,99,120,900` }));
  await importRaw(writeHistory("VIXY"));
  expect((await build()).counts.daily).toMatchObject({ accepted: 121, parked: 1 });
  // The first load takes the newest session that is whole; the jump is after it.
  expect(await gate()).toBe(0);
  expect(await gate()).toBe(4);
  expect((await truth()).ctt).toBe("2024-03-27");
  const { reviews } = await runMeridianJson(reviewsSchema, workspace, "truth", "reviews");
  expect(reviews).toMatchObject([
    { symbol: "SPY", session: LAST, rule: "DRIFT_REQUIRED", holds: true },
  ]);
  const id = reviews[0]?.id ?? "";
  expect((await runMeridian(workspace, "truth", "approve", id, ...WHO)).exitCode).toBe(0);
  expect((await build()).counts.daily).toMatchObject({ accepted: 122, parked: 0 });
  expect(await gate()).toBe(0);
  expect((await truth()).ctt).toBe(LAST);
  expect((await runMeridian(workspace, "truth", "approve", id, ...WHO)).exitCode).toBe(2);
  expect((await runMeridian(workspace, "truth", "reopen", id, ...WHO)).exitCode).toBe(0);
  expect((await build()).counts.daily).toMatchObject({ accepted: 121, parked: 1 });
});

test("stops at a bad row of a required symbol, shows it, and passes it only by a waiver under a decision", async () => {
  await importRaw(writeHistory("SPY"));
  await importRaw(writeHistory("VIXY", { [LAST]: `${LAST},10,9,11,10,-5` }));
  expect((await build()).counts.daily).toMatchObject({ quarantined: 1 });
  expect(await gate()).toBe(0);
  expect(await gate()).toBe(3);
  const shown = await runMeridian(workspace, "truth", "status");
  expect(shown.stdout).toContain(`${LAST},10,9,11,10,-5`);
  for (const rule of [
    "HIGH_BELOW_LOW",
    "OPEN_OUTSIDE_RANGE",
    "CLOSE_OUTSIDE_RANGE",
    "NEGATIVE_VOLUME",
  ]) {
    expect(shown.stdout).toContain(rule);
  }
  const waive = [
    "truth",
    "waive",
    "--market",
    "us",
    "--session",
    LAST,
    "--symbol",
    "VIXY",
    "--decision",
    "D-1",
    ...WHO,
  ];
  expect((await runMeridian(workspace, ...waive)).stderr).toContain("DECISION_UNKNOWN");
  await runMeridian(
    workspace,
    "ledger",
    "decide",
    "--id",
    "D-1",
    "--text",
    "No row to be had",
    "--author",
    "A. Person",
  );
  expect((await runMeridian(workspace, ...waive)).exitCode).toBe(0);
  expect(await gate()).toBe(0);
  expect((await truth()).ctt).toBe(LAST);
  expect(
    (await runMeridian(workspace, ...waive.map((word) => (word === LAST ? "2024-03-27" : word))))
      .stderr,
  ).toContain("WAIVER_NOT_NEEDED");
});

test("refuses a gap in a required symbol and rows on a holiday, and follows a corrected calendar", async () => {
  await importRaw(writeHistory("SPY", { "2024-03-21": null }));
  await importRaw(
    writeHistory("VIXY", {
      "2024-03-21": null,
      [LAST]: `${LAST},100,101,99,100,5\n${HOLIDAY},100,101,99,100,5`,
    }),
  );
  expect((await build()).counts.daily).toMatchObject({ quarantined: 1 });
  expect(await gate()).toBe(0);
  expect((await truth()).ctt).toBe("2024-03-20");
  expect(await gate()).toBe(3);
  expect((await truth()).why.join(" ")).toContain("2024-03-21 is missing");
  await runMeridian(
    workspace,
    "ledger",
    "decide",
    "--id",
    "D-2",
    "--text",
    "The exchange was closed",
    "--author",
    "A. Person",
  );
  const correction = join(workspace, "closed.json");
  writeFileSync(
    correction,
    JSON.stringify({ closed: [{ date: "2024-03-21", name: "Closed at short notice" }] }),
  );
  const imported = await runMeridian(
    workspace,
    "calendar",
    "import",
    correction,
    "--market",
    "us",
    "--operator",
    "A. Person",
    "--decision",
    "D-2",
  );
  expect(imported.stdout).toContain("nyse-2027.1+");
  await build();
  expect(await gate()).toBe(0);
  expect((await truth()).ctt).toBe(LAST);
});

test("keeps a restated row as a new revision, makes the earlier snapshot again, and forgets a withdrawn file", async () => {
  await importRaw(writeHistory("SPY"));
  await importRaw(writeHistory("VIXY"));
  const first = await build();
  const restated = await importRaw(
    writeHistory("SPY", { "2024-02-01": "2024-02-01,101,103,100,102,777" }),
  );
  const second = await build();
  expect(second.contentDigest).not.toBe(first.contentDigest);
  const again = await runMeridianJson(
    buildSchema,
    workspace,
    "us",
    "build",
    "--snapshot",
    first.snapshot,
  );
  expect(again.contentDigest).toBe(first.contentDigest);
  for (const folder of ["staging", "analytics"])
    rmSync(join(workspace, "data", folder), { recursive: true });
  const rebuilt = await runMeridianJson(
    buildSchema,
    workspace,
    "us",
    "build",
    "--snapshot",
    first.snapshot,
  );
  expect(rebuilt).toMatchObject({ contentDigest: first.contentDigest, wasThere: false });
  expect((await build()).contentDigest).toBe(second.contentDigest);
  expect((await runMeridian(workspace, "us", "withdraw", restated, ...WHO)).exitCode).toBe(0);
  expect((await build()).contentDigest).toBe(first.contentDigest);
});

test("says what is wrong with an argument, a setting or a file, and ends with 2", async () => {
  const cases: [string[], string][] = [
    [
      ["us", "import", join(workspace, "no-such.csv"), "--symbol", "SPY", "--basis", "raw"],
      "FILE_UNREADABLE",
    ],
    [["us", "import", writeHistory("SPY"), "--basis", "raw"], "ARGUMENT_INVALID"],
    [["us", "withdraw", "RAW-0000000000000000", ...WHO], "RAW_UNKNOWN"],
    [["us", "build", "--snapshot", "SNAP-0000000000000000"], "SNAPSHOT_UNKNOWN"],
    [["us", "daily", "--clock", "fixed:2026-05-18T22:00:00Z"], "CLOCK_NOT_FIXABLE"],
    [["truth", "approve", "REV-000000000000", ...WHO], "REVIEW_UNKNOWN"],
  ];
  for (const [words, code] of cases) {
    const run = await runMeridian(workspace, ...words);
    expect(run.stderr, words.join(" ")).toContain(`error ${code}:`);
    expect(run.stderr).toContain("next: ");
    expect(run.exitCode).toBe(2);
  }
  writeFileSync(join(workspace, "meridian.toml"), "[us.vendor]\ncalls_per_day = 0\n");
  expect((await runMeridian(workspace, "status")).stderr).toContain(
    "meridian.toml: us.vendor.calls_per_day: expected a value above 0, found 0",
  );
});

test("says so when what truth time rests on is withdrawn, and does not move on a broken ledger", async () => {
  const raw = await importRaw(writeHistory("SPY"));
  await importRaw(writeHistory("VIXY"));
  await build();
  expect(await gate()).toBe(0);
  expect((await runMeridian(workspace, "us", "withdraw", raw, ...WHO)).exitCode).toBe(0);
  await build();
  expect(await gate()).toBe(3);
  const standing = await truth();
  expect(standing.ctt).toBe(LAST);
  expect(standing.why.join(" ")).toContain(`truth time has passed ${LAST}, but SPY`);

  const database = new DatabaseSync(join(workspace, "data", "state", "us.sqlite"));
  for (const { name } of database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    .all()) {
    database.exec(`DROP TRIGGER "${String(name)}"`);
  }
  database.exec("UPDATE ledger SET actor = 'somebody else' WHERE seq = 1");
  database.close();
  expect((await runMeridian(workspace, "ledger", "verify")).exitCode).toBe(3);
  const refused = await runMeridian(workspace, "gate", "ingest", "--market", "us");
  expect(refused.exitCode).toBe(3);
  expect(refused.stderr).toContain("LEDGER_BROKEN");
  expect((await truth()).state).toBe("CORRUPT");
});
