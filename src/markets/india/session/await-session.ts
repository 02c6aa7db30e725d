/** Waits until it is known which session is streamed: by the machine's clock, or by the first packets. */
import { dayNumberOf } from "#core/session-date.ts";
import { type StreamWindow, decideFeedSession, decideStart } from "./decide-start.ts";
import type { FeedSession } from "./feed-session.ts";
import type { StreamOptions } from "./stream-options.ts";

const WAIT_MS = 100;
/** A feed that shows nothing but single packets for so long is taken at its word. */
const DOUBT_MS_MAX = 5000;

/** The window to stream, or why there is none. */
export type AwaitedSession = { readonly window: StreamWindow } | { readonly says: string };

/** Waits for the time to connect; gives up when there is no session or somebody asks it to. */
export async function waitForSession(options: StreamOptions): Promise<AwaitedSession> {
  const { context, isStopRequested, say } = options;
  const { clock, calendar } = context;
  let hasSaid = false;
  for (;;) {
    const start = decideStart(calendar, clock.wallMs());
    if (start.kind === "none" || start.kind === "over") return { says: start.says };
    if (start.kind === "go") return { window: start.window };
    if (!hasSaid) say(`waiting for the session of ${start.window.session}`);
    hasSaid = true;
    if (isStopRequested()) return { says: "stopped by a person before the session began" };
    await clock.sleepMs(WAIT_MS);
  }
}

/** The session of a feed that keeps its own time, once its packets tell it. */
export async function findFeedSession(
  options: StreamOptions,
  feed: FeedSession,
): Promise<AwaitedSession> {
  const { context, isStopRequested } = options;
  const { clock } = context;
  let firstSeenMs: number | undefined;
  for (;;) {
    if (feed.newestDate() !== undefined) firstSeenMs ??= clock.monotonicMs();
    const isLong = clock.monotonicMs() - (firstSeenMs ?? Infinity) >= DOUBT_MS_MAX;
    const date = feed.date() ?? (isLong || isStopRequested() ? feed.newestDate() : undefined);
    if (date !== undefined) {
      const start = decideFeedSession(context.calendar, dayNumberOf(date));
      return start.kind === "go" ? { window: start.window } : { says: sayOf(start) };
    }
    if (isStopRequested()) return { says: "stopped by a person before the first packet came" };
    await clock.sleepMs(WAIT_MS);
  }
}

function sayOf(start: ReturnType<typeof decideFeedSession>): string {
  return "says" in start ? start.says : "";
}
