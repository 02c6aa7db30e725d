/**
 * Quotes rows of payloads for the quarantine: lines of a file, rows of an answer as the vendor wrote them.
 * Refused rows come in the order of their payload, so what was split for one row is kept for the next.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { MarketParsers } from "#curation/market-parsers.ts";

/** Makes a quoter that keeps one payload at a time. */
export function createRowTexts(): MarketParsers["lineText"] {
  let held: { readonly of: Uint8Array; readonly rows: readonly string[] } | undefined;
  return (receipt, bytes, line, limit) => {
    if (held?.of !== bytes) held = { of: bytes, rows: rowsOf(receipt, bytes) };
    return held.rows[line - 1]?.slice(0, limit) ?? "";
  };
}

function rowsOf(receipt: RawReceipt, bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(bytes);
  if (receipt.format !== "json") return text.split(/\r?\n/);
  const answer: unknown = JSON.parse(text);
  const isAnswer = typeof answer === "object" && answer !== null && "data" in answer;
  const rows: unknown = isAnswer ? answer.data : [];
  return Array.isArray(rows) ? rows.map((row) => JSON.stringify(row)) : [];
}
