/** After a stream has ended: candles by REST, receipts of the log, the published day and its review. */
import {
  adoptSegments,
  dropLiveCandles,
  isSyntheticWorkspace,
  publishDay,
} from "../jobs/compact-day.ts";
import { runReviewJob } from "../jobs/review.ts";
import type { CandlePipeline } from "./candle-pipeline.ts";
import { askAfterClose } from "./closing-calls.ts";
import type { StreamWindow } from "./decide-start.ts";
import type { SessionEnd } from "./live-session.ts";
import type { RestMinutes } from "./rest-minutes.ts";
import type { RestPolling } from "./rest-polling.ts";
import type { RunningStream } from "./stream-options.ts";
import { type StreamReport, reportStream } from "./stream-report.ts";

const MINUTE_MS = 60_000;

/** Each step may be cut off by a kill; the next start, or `india build`, completes it. */
export async function closeSession(
  running: RunningStream,
  window: StreamWindow,
  done: {
    readonly end: SessionEnd;
    readonly rest: RestMinutes;
    readonly polling: RestPolling;
    readonly pipeline: CandlePipeline;
  },
): Promise<StreamReport> {
  const { context, path, plan, source, resolution, clockKind, say } = running;
  const { settings } = context;
  const isOver = done.end.throughMs >= window.closesAt - MINUTE_MS;
  const closing = await askAfterClose({
    rest: done.rest,
    clock: context.clock,
    calendar: context.calendar,
    settleMinutes: settings.thresholds.india_settle_minutes,
    window,
    throughMs: done.end.throughMs,
    isOver,
    instruments: plan.instruments,
    withGaps: new Set(path.engine.gaps().flatMap((gap) => gap.symbols)),
    onAsked: (asked, total) => context.progress.step("candles by REST", asked, total),
  });
  const synthetic = source.isSynthetic() === true || isSyntheticWorkspace(context);
  adoptSegments(context, synthetic);
  say("publishing the day");
  const built = await publishDay(context);
  const notes = [...resolution.notes, ...(closing.says === null ? [] : [closing.says])];
  const reviewed = await runReviewJob(context, plan.session, {
    use: source.use(),
    coverageGaps: [...resolution.gaps],
    notes,
  });
  if (isOver) dropLiveCandles(context, plan.session);
  return reportStream({
    outcome: done.end.outcome,
    says: done.end.says,
    clock: clockKind,
    synthetic,
    use: source.use(),
    coverageGaps: resolution.gaps,
    observations: done.pipeline.observations(),
    rest: done.rest.tally(),
    polled: done.polling.polled(),
    built,
    reviewed,
    notes,
  });
}
