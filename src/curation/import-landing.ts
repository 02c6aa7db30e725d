/**
 * What the imports of all markets say in a receipt: the newest session that a file holds whole, and the
 * receipt of a file that a dry run does not land.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { type Calendar, isSession } from "#core/calendar.ts";
import type { MarketId } from "#core/market-definition.ts";
import { type SessionDate, dateOfDayNumber } from "#core/session-date.ts";
import type { Landing } from "#ingestion/raw-store.ts";
import { BAD_DAY, type BarTable, PARSE_FLAGS } from "#lake/bar-table.ts";
import { isoOfInstant } from "#platform/system-clock.ts";

/** What the receipt of a dry run would say; its id and digest belong to nothing. */
export function unlandedReceipt(market: MarketId, landing: Landing): RawReceipt {
  return {
    version: 1,
    id: "RAW-0000000000000000",
    market,
    sha256: "0".repeat(64),
    body: "not stored",
    ...landing,
    endpoint: { name: landing.endpoint.name, params: { ...landing.endpoint.params } },
    fetchedAt: isoOfInstant(landing.fetchedAt),
    bytes: landing.bytes.length,
  };
}

/** Flags that say nothing of a row whose instrument has no volume. */
const OF_VOLUME_MASK = PARSE_FLAGS.VOLUME_UNREADABLE | PARSE_FLAGS.NOT_FINITE | PARSE_FLAGS.BLANK;

/** Whether some row of a file can be read at all; an index has no volume to read. */
export function hasReadableRow(table: BarTable, hasVolume: boolean): boolean {
  for (let row = 0; row < table.length; row++) if (isReadable(table, row, hasVolume)) return true;
  return false;
}

/** The newest session with a row that can be read; a row on a holiday is of none. */
export function newestWholeSession(
  table: BarTable,
  of: {
    readonly calendar: Calendar;
    readonly wholeThroughDay: number;
    readonly hasVolume: boolean;
  },
): SessionDate | null {
  let newest = BAD_DAY;
  for (let row = 0; row < table.length; row++) {
    const day = table.day[row] ?? BAD_DAY;
    const isNewer = day > newest && day <= of.wholeThroughDay;
    if (isNewer && isReadable(table, row, of.hasVolume) && isSession(of.calendar, day))
      newest = day;
  }
  return newest === BAD_DAY ? null : dateOfDayNumber(newest);
}

function isReadable(table: BarTable, row: number, hasVolume: boolean): boolean {
  const flags = table.flags[row] ?? 0;
  return (hasVolume ? flags : flags & ~OF_VOLUME_MASK) === 0;
}
