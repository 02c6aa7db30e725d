/** Observations of momentum as Markdown: what was observed, what became of it, what could not be judged. */
import type { IndiaReview, ReviewObservation } from "#contracts/india-review.ts";
import { escapeMarkdown } from "#ledger/decisions-markdown.ts";
import {
  clockText,
  counted,
  markdownTable,
  numberText,
  percentText,
  rupeesText,
} from "./markdown-text.ts";

export function renderMomentum({ momentum }: IndiaReview): string[] {
  const grades = Object.entries(momentum.grades).map(([grade, count]) => `${grade} ${count}`);
  const thresholds = Object.entries(momentum.thresholds).map(([name, value]) => `${name} ${value}`);
  return [
    "## Momentum observations",
    "",
    "An observation states what a minute was. It recommends nothing.",
    "",
    momentum.state === "INSUFFICIENT_DATA"
      ? "INSUFFICIENT_DATA: no candle of the day could be judged."
      : `${counted(momentum.judged, "candle")} judged, ${counted(momentum.count, "observation")}. Grades: ${grades.join(", ")}.`,
    "",
    ...markdownTable(
      [
        "Minute",
        "Symbol",
        "Close",
        "Reference high",
        "Reference VWAP",
        "Under high",
        "Volume ratio",
        "Confidence",
        "T+5",
        "T+15",
        "Volume T+5",
        "Outcome",
        "Grade",
        "Id",
      ],
      momentum.observations.map(observationRow),
      "No minute was observed.",
    ),
    ...(momentum.insufficient.length === 0
      ? []
      : markdownTable(
          ["Could not be judged", "Candles", "Symbols"],
          momentum.insufficient.map(({ reason, candles, symbols }) => [
            reason,
            numberText(candles),
            numberText(symbols),
          ]),
          "",
        )),
    `Thresholds: ${thresholds.join(", ")}.`,
    "",
  ];
}

function observationRow(one: ReviewObservation): string[] {
  const { outcome } = one;
  return [
    clockText(one.minute),
    escapeMarkdown(one.symbol),
    rupeesText(one.close),
    `${rupeesText(one.reference_high)}${one.reference_high_certain ? "" : " (not certain)"}`,
    rupeesText(one.reference_vwap),
    `${one.hod_distance_percent.toFixed(2)} %`,
    one.volume_ratio.toFixed(2),
    one.confidence.toFixed(2),
    percentText(outcome.close_change_t5_percent),
    percentText(outcome.close_change_t15_percent),
    percentText(outcome.volume_change_t5_percent),
    outcome.outcome ?? "not known",
    outcome.reason === null ? outcome.grade : `${outcome.grade}: ${outcome.reason}`,
    `\`${one.id}\``,
  ];
}
