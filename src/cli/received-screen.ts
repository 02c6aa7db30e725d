/** What a market has received while its time has not begun: none of it is a whole session of daily prices. */
import type { RawKind, RawReceipt } from "#contracts/raw-receipt.ts";
import type { MinuteSummary } from "#contracts/snapshot.ts";

const NAMES_SHOWN_MAX = 3;

/** What the payloads of a kind are to a person. */
const WORDS: { readonly [kind in RawKind]: string } = {
  daily: "daily prices without a whole session",
  daily_adjusted: "daily prices without a whole session",
  index_daily: "daily prices without a whole session",
  import_daily: "imported daily prices without a whole session",
  intraday: "intraday bars",
  splits: "splits",
  dividends: "dividends",
  series: "series",
  listing: "listing",
  minutes: "minutes by REST",
  import_minutes: "imported minutes",
  ticks: "streamed ticks",
  instruments: "instrument master",
};

/** One sentence, or `undefined` when nothing was received. `minutes`: those of the snapshot in force. */
export function describeReceived(
  receipts: readonly RawReceipt[],
  minutes: readonly MinuteSummary[],
): string | undefined {
  if (receipts.length === 0) return undefined;
  const byWord = Map.groupBy(receipts, ({ kind }) => WORDS[kind]);
  const parts = [...byWord].map(([word, of]) => {
    const names = [...new Set(of.flatMap(({ symbol }) => symbol ?? []))];
    const more = names.length - NAMES_SHOWN_MAX;
    const listed = `${names.slice(0, NAMES_SHOWN_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    const whose = names.length === 0 ? "" : ` of ${listed}`;
    return `${word}${whose} (${of.length} ${of.length === 1 ? "payload" : "payloads"})`;
  });
  const built = describeBuilt(minutes);
  return `no whole session of daily prices was received yet, with which time begins; there is: ${parts.join(", ")}${built === undefined ? "" : `; ${built}`}`;
}

function describeBuilt(minutes: readonly MinuteSummary[]): string | undefined {
  const sessions = [...new Set(minutes.map(({ session }) => session))].sort();
  const [first, last] = [sessions[0], sessions.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const when =
    first === last ? `the session ${first}` : `${sessions.length} sessions, ${first} to ${last}`;
  return `the snapshot has minute candles of ${when}`;
}
