/**
 * Where what lies in a packet of SmartAPI's market data, modes 1 to 3 (docs/vendors): little-endian, each
 * mode a prefix of the next, prices in paise. Nothing here reads or judges a packet.
 */

export const MODE_LTP = 1;
export const MODE_QUOTE = 2;
export const MODE_SNAP_QUOTE = 3;

/** Length of a packet by mode. */
export const LTP_BYTES = 51;
export const QUOTE_BYTES = 123;
export const SNAP_QUOTE_BYTES = 379;

export const AT_MODE = 0;
export const AT_EXCHANGE = 1;
export const AT_TOKEN = 2;
export const TOKEN_BYTES = 25;
/** Means nothing in the index feed. */
export const AT_SEQUENCE = 27;
/** Epoch milliseconds; in practice whole seconds. */
export const AT_EXCHANGE_TIME = 35;
export const AT_PRICE = 43;

/** Modes 2 and 3. */
export const AT_LAST_QUANTITY = 51;
export const AT_AVERAGE_PRICE = 59;
/** Of the day so far. */
export const AT_VOLUME = 67;
/** float64, as the next. */
export const AT_BUY_QUANTITY = 75;
export const AT_SELL_QUANTITY = 83;
export const AT_OPEN = 91;
export const AT_HIGH = 99;
export const AT_LOW = 107;
/** Of the session before, during the day. */
export const AT_CLOSE = 115;

/** Mode 3. Epoch seconds or milliseconds: undocumented, told apart by magnitude. */
export const AT_LAST_TRADE_TIME = 123;
export const AT_OPEN_INTEREST = 131;
/** The change of open interest at 139 is documented as garbage and never read. */
export const AT_BEST_FIVE = 147;
export const AT_UPPER_CIRCUIT = 347;
export const AT_LOWER_CIRCUIT = 355;
export const AT_YEAR_HIGH = 363;
export const AT_YEAR_LOW = 371;

/** Five buys, then five sells; the flag is 1 for a buy, but the place decides. */
export const DEPTH_LEVELS = 5;
export const LEVEL_BYTES = 20;
export const LEVEL_AT_FLAG = 0;
export const LEVEL_AT_QUANTITY = 2;
export const LEVEL_AT_PRICE = 10;
export const LEVEL_AT_ORDERS = 18;

/** Exchange segments that the vendor names: NSE, NFO, BSE, BFO, MCX, NCDEX, CDS. */
export const EXCHANGE_TYPES: readonly number[] = [1, 2, 3, 4, 5, 7, 13];
