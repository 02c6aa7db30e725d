/** The comparison with REST as Markdown: how many minutes differ and by how much, and who was not compared. */
import type { IndiaReview } from "#contracts/india-review.ts";
import { escapeMarkdown } from "#ledger/decisions-markdown.ts";
import { clockText, counted, markdownTable, numberText, rupeesText } from "./markdown-text.ts";

export function renderRest({ rest }: IndiaReview): string[] {
  const total = (pick: (row: (typeof rest.symbols)[number]) => number) =>
    rest.symbols.reduce((sum, row) => sum + pick(row), 0);
  const ordered = rest.symbols.toSorted(
    (a, b) =>
      b.differing + b.onlyHere + b.onlyRest - (a.differing + a.onlyHere + a.onlyRest) ||
      (a.symbol < b.symbol ? -1 : 1),
  );
  return [
    "## Compared with REST",
    "",
    `${counted(
      total(({ compared }) => compared),
      "streamed minute",
    )} compared, ${numberText(total(({ differing }) => differing))} differ; ${numberText(total(({ onlyHere }) => onlyHere))} only here, ${numberText(total(({ onlyRest }) => onlyRest))} only there. Differences are absolute; which side is right is not said.`,
    "",
    ...markdownTable(
      [
        "Symbol",
        "Compared",
        "Differ",
        "of them incomplete",
        "Only here",
        "Only REST",
        "Close, largest",
        "Open, high, low, largest",
        "Prices, sum",
        "Volume, largest",
        "Volume, sum",
      ],
      ordered.map((row) => [
        escapeMarkdown(row.symbol),
        String(row.compared),
        String(row.differing),
        String(row.differingIncomplete),
        String(row.onlyHere),
        String(row.onlyRest),
        rupeesText(row.close.max),
        [row.open, row.high, row.low].map(({ max }) => rupeesText(max)).join(", "),
        rupeesText(row.open.sum + row.high.sum + row.low.sum + row.close.sum),
        row.volume.compared === 0 ? "not known" : numberText(row.volume.max),
        row.volume.compared === 0 ? "not known" : numberText(row.volume.sum),
      ]),
      "No symbol could be compared.",
    ),
    ...renderMinutes(ordered),
    ...(rest.missing.length === 0
      ? []
      : markdownTable(
          ["Not compared", "Reason"],
          rest.missing.map(({ symbol, reason }) => [
            escapeMarkdown(symbol),
            escapeMarkdown(reason),
          ]),
          "",
        )),
  ];
}

/** The first differing minutes of the symbols with most of them, both sides beside each other. */
function renderMinutes(ordered: IndiaReview["rest"]["symbols"]): string[] {
  const rows = ordered.flatMap(({ symbol, listed }) =>
    listed.map(({ minute, here, rest }) => [
      escapeMarkdown(symbol),
      clockText(minute),
      pricesText(here),
      pricesText(rest),
    ]),
  );
  if (rows.length === 0) return [];
  const head = ["Symbol", "Minute", "Here: open, high, low, close; volume", "REST"];
  return markdownTable(head, rows, "");
}

function pricesText(prices: IndiaReview["rest"]["symbols"][number]["listed"][number]["here"]) {
  const { open, high, low, close, volume } = prices;
  return `${[open, high, low, close].map(rupeesText).join(", ")}; ${numberText(volume)}`;
}
