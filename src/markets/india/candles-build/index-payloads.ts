/** Finds out which sessions each payload of minutes has rows of, asking the cache first. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { DatasetInputs } from "#curation/market-rules.ts";
import { createRowTexts } from "../build/row-texts.ts";
import type { DayCache } from "./day-cache-store.ts";
import type { IndexedPayload } from "./day-plan.ts";
import { MINUTE_KINDS, type MinuteCalendar, judgeMinutePayload } from "./minute-payload.ts";
import { type PayloadEntry, entryKeyOf, indexPayload, quoterOf } from "./payload-index.ts";

/** `2026-03-12` of an instant's text. */
const DATE_LENGTH = 10;

/** All payloads of minutes in order of receipt, and the rows of no session. */
export function indexPayloads(
  inputs: DatasetInputs,
  calendar: MinuteCalendar,
  cache: DayCache,
): { readonly payloads: IndexedPayload[]; readonly orphans: PayloadEntry["orphans"] } {
  const version = `${inputs.recipe.builder}, calendar ${inputs.recipe.calendar.digest}`;
  const minutes = inputs.receipts.filter(isOfMinutes);
  const payloads: IndexedPayload[] = [];
  const orphans: PayloadEntry["orphans"] = [];
  const ordinals = new Map(minutes.map((receipt, ordinal) => [receipt.id, ordinal]));
  const hasVolume = volumeQuestion(inputs);
  const byDate = Map.groupBy(minutes, ({ fetchedAt }) => fetchedAt.slice(0, DATE_LENGTH));
  for (const [date, receipts] of byDate) {
    const known = cache.readIndex(date, version);
    let isNew = false;
    for (const receipt of receipts) {
      const key = entryKeyOf(receipt, hasVolume(receipt));
      let entry = known.get(key);
      if (entry === undefined) {
        entry = readEntry(inputs, receipt, { calendar, hasVolume: hasVolume(receipt) });
        known.set(key, entry);
        isNew = true;
      }
      const ordinal = ordinals.get(receipt.id) ?? 0;
      payloads.push({ receipt, ordinal, hasVolume: hasVolume(receipt), sessions: entry.sessions });
      for (const row of entry.orphans) orphans.push(row);
    }
    if (isNew) cache.writeIndex(date, version, known);
  }
  payloads.sort((a, b) => a.ordinal - b.ordinal);
  return { payloads, orphans };
}

function isOfMinutes({ kind, symbol }: RawReceipt): boolean {
  return symbol !== null && MINUTE_KINDS.some((one) => one === kind);
}

/** Whether a payload's symbol has volumes: an index has none, as its role or the operator's files say. */
function volumeQuestion({ roleOf, receipts }: DatasetInputs): (receipt: RawReceipt) => boolean {
  const ofSymbol = Map.groupBy(receipts, ({ symbol }) => symbol);
  const known = new Map<string | null, boolean>();
  return ({ symbol }) => {
    let answer = known.get(symbol);
    if (answer === undefined) {
      const { instrumentClass } = roleOf(symbol ?? "", ofSymbol.get(symbol) ?? []);
      answer = instrumentClass === "stock" || instrumentClass === "fund";
      known.set(symbol, answer);
    }
    return answer;
  };
}

function readEntry(
  { readBody }: DatasetInputs,
  receipt: RawReceipt,
  about: { readonly calendar: MinuteCalendar; readonly hasVolume: boolean },
): PayloadEntry {
  const bytes = readBody(receipt);
  const judged = judgeMinutePayload(receipt, bytes, about);
  return indexPayload(judged, about.calendar, quoterOf(receipt, bytes, judged, createRowTexts()));
}
