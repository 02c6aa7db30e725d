/**
 * The contract of a calendar correction: days that an exchange closed or opened after its calendar
 * was published. Times are minutes of the exchange's local clock, written HH:MM.
 */
import { z } from "zod";
import { parseSessionDate } from "#core/session-date.ts";

const dateText = z
  .string()
  .refine((text) => parseSessionDate(text) !== undefined, { error: "a date written YYYY-MM-DD" });
const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "a time written HH:MM" });

export const calendarCorrectionSchema = z.strictObject({
  /** Days on which the exchange has no session. */
  closed: z.array(z.strictObject({ date: dateText, name: z.string().min(1) })).default([]),
  /** Sessions at these hours, on days otherwise closed or open at other hours. */
  open: z
    .array(
      z.strictObject({
        date: dateText,
        open: localTime,
        close: localTime,
        name: z.string().min(1),
      }),
    )
    .default([]),
});

export type CalendarCorrection = z.output<typeof calendarCorrectionSchema>;
