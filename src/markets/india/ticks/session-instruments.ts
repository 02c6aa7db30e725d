/**
 * What a streamed session is about: its hours, its closing auction, its mode and its instruments. The
 * plan is written into the tick log, so that a day replays from the log alone; who makes it, from which
 * calendar and which master, is the session's business.
 */
import { z } from "zod";
import { parseSessionDate, type SessionDate } from "#core/session-date.ts";

/** What is subscribed: last price only, price and volume, or these with the best five. */
const STREAM_MODES = ["ltp", "quote", "snap_quote"] as const;

/** How a session knows its time: by the machine, or by the packets themselves (simulators, replays). */
const SESSION_CLOCKS = ["machine", "feed"] as const;

/** Tokens that one connection carries when the plan does not say which one carries which. */
export const TOKENS_PER_CONNECTION = 1000;

const sessionInstrumentSchema = z.strictObject({
  /** Plain name: the NSE name (`RELIANCE`) or the proxy's (`Nifty 50`). */
  symbol: z.string().min(1),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,25}$/, "a token is 1 to 25 printable characters, as in a packet"),
  /** Exchange segment as in a packet: 1 = NSE cash. */
  exchangeType: z.int().min(1).max(255),
  isIndex: z.boolean(),
  /** Takes part in the closing auction of this session. */
  hasAuction: z.boolean(),
  /** The connection that carries it; absent: dealt out by a thousand in the order of the list. */
  connection: z.int().min(0).max(255).optional(),
});
export type SessionInstrument = z.output<typeof sessionInstrumentSchema>;

const epochMinute = z.int().positive();

export const sessionPlanSchema = z
  .strictObject({
    session: z.string().transform((text, context): SessionDate => {
      const date = parseSessionDate(text);
      if (date !== undefined) return date;
      context.addIssue({ code: "custom", message: `"${text}" is not a date` });
      return z.NEVER;
    }),
    mode: z.enum(STREAM_MODES),
    /** Epoch minutes UTC; a packet before the first or at the second makes no candle. */
    openMinute: epochMinute,
    closeMinute: epochMinute,
    /** Its minutes, when there is one: from the first, before the second. */
    auction: z.strictObject({ fromMinute: epochMinute, toMinute: epochMinute }).nullable(),
    /** How long after a minute's end it is sealed, on the session's clock. */
    sealDelayMs: z.int().min(0),
    clock: z.enum(SESSION_CLOCKS),
    instruments: z.array(sessionInstrumentSchema).min(1),
  })
  .check((context) => {
    const { openMinute, closeMinute, auction, instruments } = context.value;
    const refuse = (message: string): void => {
      context.issues.push({ code: "custom", message, input: context.value });
    };
    if (closeMinute <= openMinute) refuse("the close must be after the open");
    if (auction !== null && auction.toMinute <= auction.fromMinute) {
      refuse("the auction must end after it begins");
    }
    const symbols = new Set(instruments.map(({ symbol }) => symbol));
    if (symbols.size !== instruments.length) refuse("a symbol is named twice");
    const tokens = new Set(
      instruments.map(({ exchangeType, token }) => `${exchangeType}:${token}`),
    );
    if (tokens.size !== instruments.length) refuse("a token is named twice");
  });
export type SessionPlan = z.output<typeof sessionPlanSchema>;
