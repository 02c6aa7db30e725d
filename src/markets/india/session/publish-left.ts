/**
 * Completes what a stream left that was killed, when there is no session to stream: its day is published and
 * reviewed, and the batches of a session that is over go. Its segments have their receipts by then.
 */
import { isSession, localDayOf } from "#core/calendar.ts";
import { type SessionDate, dayNumberOf, parseSessionDate } from "#core/session-date.ts";
import type { MarketDataContext } from "#curation/market-context.ts";
import { readManifest, readPointedSnapshot } from "#lake/snapshot-store.ts";
import { sessionsWithLiveCandles } from "../candles/live-candles-store.ts";
import { dropLiveCandles, publishDay } from "../jobs/compact-day.ts";
import { runReviewJob } from "../jobs/review.ts";
import { tickLogReceipts } from "../ticks/tick-log-receipts-store.ts";
import { windowOf } from "./decide-start.ts";

/** Does nothing when nothing was left, and a second time nothing either. @throws as a build and a review */
export async function publishLeft(context: MarketDataContext): Promise<void> {
  const { rawStore, workspace } = context;
  const withBatches = sessionsWithLiveCandles(workspace.stagingDir("india"));
  const left = [...new Set([...sessionsNotPublished(context), ...withBatches])].sort();
  if (left.length === 0) return;
  await publishDay(context);
  for (const session of left) {
    if (tickLogReceipts(rawStore, session).length > 0) await runReviewJob(context, session);
    if (isOver(context, session)) dropLiveCandles(context, session);
  }
}

/** Sessions with a segment that came after the snapshot in force was made. */
function sessionsNotPublished({ rawStore, workspace, events }: MarketDataContext): SessionDate[] {
  const analyticsDir = workspace.analyticsDir("india");
  const pointed = readPointedSnapshot(analyticsDir);
  const manifest = pointed === undefined ? undefined : readManifest(analyticsDir, pointed);
  const throughSeq = manifest?.recipe.rawThroughSeq ?? 0;
  return rawStore
    .receipts({ kinds: ["ticks"] })
    .filter(({ id, seq }) => seq > throughSeq && !events.withdrawn.has(id))
    .flatMap(({ endpoint }) => parseSessionDate(endpoint.params["session"] ?? "") ?? []);
}

function isOver({ calendar, clock }: MarketDataContext, session: SessionDate): boolean {
  const day = dayNumberOf(session);
  const wallDay = localDayOf(calendar, clock.wallMs());
  if (day !== wallDay || !isSession(calendar, day)) return day < wallDay;
  return clock.wallMs() >= windowOf(calendar, day).endsAt;
}
