/** What a running session is asked all the time: whether the market trades, what to do in trouble, how far it is. */
import type { Settings } from "#contracts/settings.ts";
import type { Clock } from "#core/clock.ts";
import type { SmartApiStream } from "../smartapi/smartapi-stream-client.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import type { StreamEvent, StreamUse } from "../ticks/tick-source.ts";
import type { StreamWindow } from "./decide-start.ts";
import type { FramePath } from "./frame-path.ts";
import { instrumentsOn } from "./live-session.ts";
import type { RestPolling } from "./rest-polling.ts";
import type { RunningStream } from "./stream-options.ts";

const MINUTE_MS = 60_000;
const PROGRESS_MS = 1000;

/** Which connection carries a token, as the source deals them. */
export function dealer(source: SmartApiStream, tokens: number): (token: string) => number {
  const connections = new Map<string, number>();
  for (let connection = 0; connection < source.use().connections; connection++) {
    for (const { token } of source.tokensOf(connection)) connections.set(token, connection);
  }
  return (token) => connections.get(token) ?? Math.min(0, tokens);
}

/** Silence means something only while the market trades, and a feed may end with its last minute. */
export function isTrading(
  path: FramePath,
  window: StreamWindow | undefined,
  clockKind: SessionPlan["clock"],
  clock: Clock,
  hasOnlyAuctions: boolean,
): boolean {
  if (window === undefined) return false;
  const atMs = path.sessionMs() ?? (clockKind === "machine" ? clock.wallMs() : null);
  if (atMs === null || atMs < window.opensAt) return false;
  const closes = hasOnlyAuctions ? (window.auction?.from ?? window.closesAt) : window.closesAt;
  return atMs < (clockKind === "feed" ? closes - MINUTE_MS : closes);
}

/** A start in the session recovers its last minutes. */
export function recoverStart(
  running: RunningStream,
  window: StreamWindow,
  polling: RestPolling,
): void {
  const { plan, path, context, clockKind } = running;
  const atMs = path.sessionMs() ?? (clockKind === "machine" ? context.clock.wallMs() : null);
  if (atMs !== null && atMs > window.opensAt + MINUTE_MS) polling.recover(plan.instruments);
}

/** REST stands in for a connection that cannot be used. */
export function followTrouble(event: StreamEvent, plan: SessionPlan, polling: RestPolling): void {
  const { connection } = event;
  if (event.kind === "UNUSABLE") polling.takeOver(connection, instrumentsOn(plan, connection));
  if (event.kind === "USABLE") polling.release(connection);
}

/** Shows on a terminal how far the session is. */
export function progressOf({ context, path, plan }: RunningStream): () => void {
  const { clock, progress } = context;
  const total = plan.closeMinute - plan.openMinute;
  let shownAtMs = -Infinity;
  return () => {
    if (clock.monotonicMs() - shownAtMs < PROGRESS_MS) return;
    shownAtMs = clock.monotonicMs();
    const sealed = Math.min(total, Math.max(0, path.engine.sealedThrough() - plan.openMinute + 1));
    progress.step(`minutes of ${plan.session} sealed`, sealed, total);
  };
}

/** What the vendor allows and what is used of it, in words. */
export function describeUse(use: StreamUse, settings: Settings): string {
  const { tokens, headroom, connections } = use;
  return `${tokens} instruments in ${settings.india.vendor.mode} mode on ${connections} of 3 connections, room for ${headroom} more`;
}
