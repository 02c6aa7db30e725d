/** A stream's report as one screen: how it ended, what came, what is missing and why, where it lies. */
import type { StreamReport } from "#markets/india/session/stream-report.ts";
import { type CommandResult, table } from "./output.ts";

const GAPS_SHOWN_MAX = 12;
const LISTED_MAX = 12;

/** The result of the command; a session without trouble and one with gaps both end 0. */
export function describeStream(report: StreamReport): CommandResult {
  const synthetic = report.synthetic ? ["SYNTHETIC data"] : [];
  if (report.outcome === "no_session" || report.candles === null || report.packets === null) {
    const next = "next: meridian calendar show --market india";
    return { exitCode: 0, document: report, lines: [...synthetic, report.says, next] };
  }
  return {
    exitCode: 0,
    document: report,
    lines: [
      ...synthetic,
      report.says,
      ...table(factRows(report)),
      ...gapLines(report),
      ...listLines(
        "minutes of which it is not known what traded",
        report.unknownMinutes.map((one) => [
          one.symbol,
          `${one.from.slice(11, 16)} to ${one.to.slice(11, 16)} IST`,
        ]),
      ),
      ...listLines("anomalies", anomalyRows(report)),
      ...listLines(
        "coverage gaps (no token)",
        report.coverageGaps.map((gap) => [gap.symbol, gap.role ?? "watchlist", gap.reason]),
      ),
      ...listLines(
        "REST calls that brought nothing",
        (report.rest?.failed ?? []).map((one) => [one.symbol, one.what, one.says]),
      ),
      ...report.notes.map((note) => `note: ${note}`),
      `review: ${report.review ?? "none"}`,
      "next: meridian gate ingest --market india",
    ],
  };
}

function factRows(report: StreamReport): string[][] {
  const { packets, candles, rest, use } = report;
  if (packets === null || candles === null) return [];
  const missing =
    packets.missing === null
      ? `missing not known: ${packets.missingReason ?? ""}`
      : `${packets.missing} missing`;
  const sources = Object.entries(candles.bySource)
    .filter(([, count]) => count > 0)
    .map(([source, count]) => `${count} ${source}`)
    .join(", ");
  return [
    ["session", `${report.session ?? ""}  ${report.mode} mode, ${report.clock} clock`],
    [
      "tokens",
      use === null
        ? ""
        : `${use.tokens} used on ${use.connections} of 3 connections, room for ${use.headroom} more`,
    ],
    [
      "packets",
      `${packets.received} received, ${packets.duplicates} duplicate, ${packets.late} late, ${packets.reordered} out of order, ${missing}`,
    ],
    [
      "candles",
      `${candles.canonical} published (${sources}), ${candles.incomplete} incomplete; ${candles.sealed} sealed live`,
    ],
    [
      "observed",
      `${report.observationsReviewed} momentum observations; ${report.observations} when minutes were sealed`,
    ],
    [
      "REST",
      rest === null
        ? "not asked"
        : `${rest.asked} calls, ${rest.landed} brought something new${report.polled > 0 ? `; ${report.polled} polls while the socket was unusable` : ""}`,
    ],
    ["snapshot", report.snapshot ?? "none"],
  ];
}

function gapLines({ gaps }: StreamReport): string[] {
  if (gaps.length === 0) return ["no gaps"];
  const rows = gaps
    .slice(0, GAPS_SHOWN_MAX)
    .map((gap) => [
      gap.cause,
      `${gap.from.slice(11, 19)} to ${gap.to.slice(11, 19)} IST`,
      `${gap.tokens} tokens`,
      `volume ${gap.volume}`,
      gap.missingBySequence === null ? "" : `${gap.missingBySequence} packets by sequence`,
    ]);
  return [`gaps: ${gaps.length}`, ...table(rows, "  "), ...more(gaps.length, GAPS_SHOWN_MAX)];
}

function anomalyRows({ anomalies }: StreamReport): string[][] {
  return Object.entries(anomalies).map(([code, count]) => [code, String(count)]);
}

function listLines(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [
    `${title}: ${rows.length}`,
    ...table(
      rows.slice(0, LISTED_MAX).map((row) => [...row]),
      "  ",
    ),
    ...more(rows.length, LISTED_MAX),
  ];
}

function more(count: number, shown: number): string[] {
  return count > shown ? [`  … and ${count - shown} more (--json lists all)`] : [];
}
