/**
 * The report of a session as Markdown for people. It says what `review.json` says and nothing else; long
 * tables end with a word about the rest. Text from vendors is escaped.
 */
import type { IndiaReview } from "#contracts/india-review.ts";
import { escapeMarkdown } from "#ledger/decisions-markdown.ts";
import { clockText, counted, markdownTable, numberText, rupeesText } from "./markdown-text.ts";
import { renderMomentum } from "./render-momentum-markdown.ts";
import { renderRest } from "./render-rest-markdown.ts";

/** The whole page, with a final line feed. The same report gives the same bytes. */
export function renderReviewMarkdown(review: IndiaReview): string {
  const lines = [
    ...renderIdentity(review),
    ...renderUnknown(review),
    ...renderCoverage(review),
    ...renderGaps(review),
    ...renderCandles(review),
    ...renderSealed(review),
    ...renderRest(review),
    ...renderMomentum(review),
    ...renderAnomalies(review),
    ...renderCharts(review),
    ...renderInputs(review),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function renderIdentity(review: IndiaReview): string[] {
  const { plan, packets } = review;
  const auction =
    plan.auction === null
      ? "none"
      : `${clockText(plan.auction.from)} to ${clockText(plan.auction.to)} IST`;
  return [
    `# ${review.synthetic ? "SYNTHETIC: " : ""}India, session ${review.session}`,
    "",
    ...(review.synthetic ? ["**SYNTHETIC**: these are simulated data, not a market.", ""] : []),
    "All times are IST (UTC+5:30), prices rupees, volumes shares.",
    "",
    `- Session: ${clockText(plan.opens)} to ${clockText(plan.closes)} IST; closing auction: ${auction}`,
    `- Calendar: ${escapeMarkdown(plan.calendar)}`,
    `- Snapshot: ${review.snapshot ?? "none was published"}`,
    `- Feed: mode ${plan.mode.toUpperCase()}, session clock: ${plan.clock}, minutes sealed ${plan.sealDelayMs} ms after their end`,
    `- Packets: ${numberText(packets.received)} received, ${numberText(packets.duplicates)} duplicate, ${numberText(packets.late)} late, ${numberText(packets.reordered)} reordered, missing ${numberText(packets.missing)}${packets.missingReason === null ? "" : ` (${escapeMarkdown(packets.missingReason)})`}`,
    "",
  ];
}

function renderUnknown({ unknown, notes }: IndiaReview): string[] {
  return [
    "## What is not known",
    "",
    ...(unknown.length === 0
      ? ["Nothing that this report knows of.", ""]
      : [...unknown.map(({ code, says }) => `- ${code}: ${escapeMarkdown(says)}`), ""]),
    ...(notes.length === 0
      ? []
      : ["Noted by the session:", "", ...notes.map((note) => `- ${escapeMarkdown(note)}`), ""]),
  ];
}

function renderCoverage({ coverageGaps, use, plan }: IndiaReview): string[] {
  const used =
    use === null
      ? "The stream was not asked how much of its limits it used."
      : `${counted(use.tokens, "token")} on ${counted(use.connections, "connection")}; room for ${numberText(use.headroom)} more.`;
  return [
    "## Coverage",
    "",
    `${counted(plan.symbols, "instrument")} in the plan. ${used}`,
    "",
    ...markdownTable(
      ["Not covered", "Role", "Reason"],
      coverageGaps.map((gap) => [
        escapeMarkdown(gap.symbol),
        gap.role === null ? "" : escapeMarkdown(gap.role),
        escapeMarkdown(gap.reason),
      ]),
      "Every symbol that was wanted has an instrument.",
    ),
  ];
}

function renderGaps({ gaps }: IndiaReview): string[] {
  const volumes = (gap: (typeof gaps.listed)[number]) =>
    gap.volumeSymbols === 0
      ? "none known"
      : `${counted(gap.volumeSymbols, "symbol")}, most ${numberText(gap.volumes[0]?.volume ?? 0)} in ${escapeMarkdown(gap.volumes[0]?.symbol ?? "")}`;
  return [
    "## Gaps",
    "",
    ...markdownTable(
      ["From", "To", "Cause", "Connection", "Minutes", "Symbols", "Volume across it", "Missing"],
      gaps.listed.map((gap) => [
        gap.from,
        gap.to,
        escapeMarkdown(gap.cause),
        String(gap.connection),
        String(gap.minutes),
        numberText(gap.symbols),
        volumes(gap),
        numberText(gap.missingBySequence),
      ]),
      "None.",
    ),
    ...(gaps.count > gaps.listed.length
      ? [`${gaps.count - gaps.listed.length} later gaps are counted but not listed.`, ""]
      : []),
  ];
}

function renderCandles({ candles }: IndiaReview): string[] {
  const doubtful = candles.toSorted(
    (a, b) => b.unknown + b.incomplete - (a.unknown + a.incomplete) || compare(a.symbol, b.symbol),
  );
  return [
    "## Candles",
    "",
    "Symbols with most doubt first. A minute without a print has no candle, and that is no fault.",
    "",
    ...markdownTable(
      [
        "Symbol",
        "Minutes",
        "Of",
        "From REST",
        "Imported",
        "Incomplete",
        "Not known",
        "First",
        "Last",
        "Volume",
        "Auction print",
      ],
      doubtful.map((row) => [
        escapeMarkdown(row.symbol),
        String(row.minutes),
        String(row.expected),
        String(row.rest),
        String(row.import),
        String(row.incomplete),
        String(row.unknown),
        clockText(row.first),
        clockText(row.last),
        row.isIndex ? "an index has none" : numberText(row.volume),
        row.auction === null
          ? "none"
          : `${rupeesText(row.auction.price)} on ${numberText(row.auction.volume)}`,
      ]),
      "The plan names no instrument.",
    ),
  ];
}

function renderSealed({ sealed }: IndiaReview): string[] {
  return [
    "## Changed after the seal",
    "",
    `Of ${counted(sealed.compared, "candle")}, ${numberText(sealed.same)} are as they were sealed.`,
    "",
    ...markdownTable(
      ["Cause", "Candles"],
      sealed.changes.map(({ cause, minutes }) => [cause, numberText(minutes)]),
      "No candle changed.",
    ),
    ...(sealed.listed.length === 0
      ? []
      : markdownTable(
          ["Symbol", "Minute", "Cause"],
          sealed.listed.map(({ symbol, minute, cause }) => [
            escapeMarkdown(symbol),
            clockText(minute),
            cause,
          ]),
          "",
        )),
  ];
}

function renderAnomalies({ anomalies }: IndiaReview): string[] {
  return [
    "## Anomalies",
    "",
    ...markdownTable(
      ["Code", "Count", "First bytes of the first example"],
      anomalies.map(({ code, count, examples }) => [
        escapeMarkdown(code),
        numberText(count),
        examples[0] === undefined ? "none kept" : `\`${hexOnly(examples[0])}\``,
      ]),
      "None.",
    ),
  ];
}

const EXAMPLE_DIGITS_MAX = 64;

function hexOnly(text: string): string {
  const digits = text.replaceAll(/[^0-9a-f]/gi, "");
  return digits.length > EXAMPLE_DIGITS_MAX ? `${digits.slice(0, EXAMPLE_DIGITS_MAX)}…` : digits;
}

function renderCharts({ charts, chartsLeftOut }: IndiaReview): string[] {
  if (charts.length === 0) return [];
  return [
    "## Charts",
    "",
    ...charts.flatMap(({ symbol, file }) => [
      `![Minute candles of ${escapeMarkdown(symbol)}](${file})`,
      "",
    ]),
    ...(chartsLeftOut === 0
      ? []
      : [`${counted(chartsLeftOut, "symbol")} more without a chart.`, ""]),
  ];
}

function renderInputs({ inputs }: IndiaReview): string[] {
  return [
    "## Inputs",
    "",
    ...markdownTable(
      ["Input", "SHA-256"],
      inputs.map(({ name, sha256 }) => [escapeMarkdown(name), `\`${sha256}\``]),
      "None named.",
    ),
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
