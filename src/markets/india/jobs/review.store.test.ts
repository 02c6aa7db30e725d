/** The review as a job: what only the running stream knew stays when the report is written again. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { dayNumberOf, sessionDate } from "#core/session-date.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { type OpenIndia, openIndia } from "../india-scene.testing.ts";
import { windowOf } from "../session/decide-start.ts";
import { openFramePath } from "../session/frame-path.ts";
import { planSession } from "../session/session-plan.ts";
import { adoptSegments } from "./compact-day.ts";
import { restNotes, runReviewJob } from "./review.ts";

const makeFolder = temporaryFolders();
const opened: OpenIndia[] = [];
afterEach(() => {
  for (const market of opened.splice(0)) market.close();
});

const SESSION = sessionDate("2026-03-12");
const TCS = { symbol: "TCS", token: "11536", exchangeType: 1, isIndex: false, hasAuction: true };
const FACTS = {
  use: { tokens: 6, headroom: 2994, connections: 1 },
  coverageGaps: [{ symbol: "GONE", role: null, reason: "not in the master" }],
  notes: ["yesterday's master serves"],
};

/** A market of which a session was streamed that brought no packet. */
async function streamedMarket(): Promise<OpenIndia> {
  const market = openIndia(join(makeFolder(), "workspace"));
  opened.push(market);
  const { workspace, clock, calendar, settings } = market;
  const rawDir = workspace.rawDir("india");
  const path = openFramePath({ rawDir, pid: process.pid, clock, onApplied: () => undefined });
  const window = windowOf(calendar, dayNumberOf(SESSION));
  path.begin(
    planSession({ window, settings, clock: "feed", instruments: [TCS], connectionOf: () => 0 }),
    [],
  );
  await path.close();
  adoptSegments(market, false);
  return market;
}

test("a review without the stream's facts keeps those of the review that is there", async () => {
  const market = await streamedMarket();
  expect((await runReviewJob(market, SESSION)).review).toMatchObject({ use: null, notes: [] });
  await runReviewJob(market, SESSION, FACTS);
  const again = await runReviewJob(market, SESSION);
  expect(again.review).toMatchObject(FACTS);
  expect(again.written).toEqual([]);
});

test("what is known anew takes its place, and a failure of REST that passed is forgotten", async () => {
  const market = await streamedMarket();
  await runReviewJob(market, SESSION, FACTS);
  const failed = restNotes([{ symbol: "TCS", what: "minutes", says: "NETWORK: gone" }]);
  const known = { coverageGaps: [], restNotes: failed };
  const { review } = await runReviewJob(market, SESSION, known);
  expect(review).toMatchObject({ use: FACTS.use, coverageGaps: [] });
  expect(review.notes).toEqual([...FACTS.notes, "TCS: no minutes by REST, NETWORK: gone"]);
  expect((await runReviewJob(market, SESSION)).review.notes).toHaveLength(2);
  const whole = await runReviewJob(market, SESSION, { coverageGaps: [], restNotes: [] });
  expect(whole.review.notes).toEqual(FACTS.notes);
});

test("a review on the disk that cannot be read is written anew", async () => {
  const market = await streamedMarket();
  const { folder } = await runReviewJob(market, SESSION, FACTS);
  writeFileSync(join(folder, "review.json"), '{"version":1');
  expect((await runReviewJob(market, SESSION)).review.use).toBeNull();
  expect(readFileSync(join(folder, "review.json"), "utf8")).toContain('"version":1');
});
