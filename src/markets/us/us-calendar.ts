/** The NYSE calendar in force. How corrections are laid over it is the same for every market. */
import type { CalendarCorrection } from "#contracts/calendar-correction.ts";
import type { Calendar } from "#core/calendar.ts";
import { calendarUnder } from "#truth/market-calendar.ts";
import { NYSE_FACTS } from "./nyse-facts.ts";

/** The calendar under these corrections. @throws CALENDAR_FILE_INVALID */
export function usCalendar(corrections: readonly CalendarCorrection[]): Calendar {
  return calendarUnder(NYSE_FACTS, corrections);
}
