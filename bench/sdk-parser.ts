/**
 * The yardstick of decoding: `binary-parser` as the vendor's JavaScript SDK uses it (smartapi-javascript,
 * lib/websocket2.0.js). Mirrored from there: the received bytes are copied into a Buffer; one parser reads the
 * mode and a second one the packet, both built and compiled anew for each; the token is an array of bytes,
 * joined to a text and quoted as JSON; every number is handed on as text. Left out: the listeners that the
 * SDK then calls. Nothing is shared with our decoder but the layout.
 */
import { Parser } from "binary-parser/dist/binary_parser.js";
import { z } from "zod";

/** The fields of a quote packet under the SDK's names, all of them texts. */
export const SDK_NUMBERS = [
  "subscription_mode",
  "exchange_type",
  "sequence_number",
  "exchange_timestamp",
  "last_traded_price",
  "last_traded_quantity",
  "avg_traded_price",
  "vol_traded",
  "total_buy_quantity",
  "total_sell_quantity",
  "open_price_day",
  "high_price_day",
  "low_price_day",
  "close_price",
] as const;
export type SdkQuote = Readonly<Record<(typeof SDK_NUMBERS)[number] | "token", string>>;

const MODE_QUOTE = 2;
const TOKEN_BYTES = 25;
const quoteSchema = z.record(z.enum([...SDK_NUMBERS, "token"]), z.string());

/** What the SDK makes of a quote packet, unchecked; this is what is timed. */
export function parseAsSdk(received: Uint8Array): unknown {
  const packet = Buffer.from(received);
  const mode: unknown = new Parser().uint8("subscription_mode").parse(packet);
  return isQuote(mode) ? parseQuote(packet) : received;
}

/** The same, checked to be what it should be. */
export function readAsSdk(received: Uint8Array): SdkQuote {
  return quoteSchema.parse(parseAsSdk(received));
}

function isQuote(parsed: unknown): boolean {
  return (
    typeof parsed === "object" &&
    parsed !== null &&
    "subscription_mode" in parsed &&
    parsed.subscription_mode === MODE_QUOTE
  );
}

function parseQuote(packet: Buffer): unknown {
  const asText = { formatter: textOf, length: 8 };
  const parser = new Parser()
    .endianness("little")
    .uint8("subscription_mode", { formatter: textOf, length: 1 })
    .uint8("exchange_type", { formatter: textOf, length: 1 })
    .array("token", { type: "int8", length: TOKEN_BYTES, formatter: tokenOf })
    .uint64("sequence_number", asText)
    .uint64("exchange_timestamp", asText)
    .uint64("last_traded_price", asText)
    .int64("last_traded_quantity", asText)
    .int64("avg_traded_price", asText)
    .int64("vol_traded", asText)
    .doublele("total_buy_quantity", asText)
    .doublele("total_sell_quantity", asText)
    .int64("open_price_day", asText)
    .int64("high_price_day", asText)
    .int64("low_price_day", asText)
    .int64("close_price", asText);
  return parser.parse(packet);
}

function textOf(value: number | bigint): string {
  return value.toString();
}

function tokenOf(codes: readonly number[]): string {
  const letters: string[] = [];
  for (const code of codes) letters.push(String.fromCharCode(code));
  return JSON.stringify(letters.join("")).replaceAll(String.raw`\u0000`, "");
}
