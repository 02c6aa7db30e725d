/** What a snapshot says of its minute candles: how many sessions are whole, and which ones are not. */
import type { BuildReport, MinuteSummary } from "#contracts/snapshot.ts";
import { table } from "./output.ts";

const LISTED_MAX = 12;

/** Sessions by judgement, and those that are not whole, newest first. Nothing without minute candles. */
export function minuteLines(minutes: readonly MinuteSummary[] | undefined): string[] {
  if (minutes === undefined || minutes.length === 0) return [];
  const byJudgement = Map.groupBy(minutes, (one) => one.judgement);
  const counts = [...byJudgement].map(([judgement, of]) => `${of.length} ${judgement}`);
  const odd = minutes
    .filter((one) => one.judgement !== "WHOLE" || one.notes.length > 0)
    .toSorted(byNewestSession);
  const more = odd.length > LISTED_MAX ? [`  … and ${odd.length - LISTED_MAX} more`] : [];
  return [
    "",
    `minute candles, by symbol and session: ${counts.join(", ")}`,
    ...table(odd.slice(0, LISTED_MAX).map(rowOf), "  "),
    ...more,
  ];
}

/** The summaries of one session, the newest where none is named; none holds truth time. */
export function minutesOf(report: BuildReport, session: string | null): readonly MinuteSummary[] {
  const minutes = report.minutes ?? [];
  const wanted = session ?? minutes.toSorted(byNewestSession)[0]?.session;
  return minutes.filter((one) => one.session === wanted);
}

function rowOf({ symbol, session, interval, judgement, reason, notes }: MinuteSummary): string[] {
  return [symbol, session, interval, judgement, [reason, ...notes].join("; ")];
}

function byNewestSession(a: MinuteSummary, b: MinuteSummary): number {
  if (a.session !== b.session) return a.session < b.session ? 1 : -1;
  return a.symbol < b.symbol ? -1 : 1;
}
