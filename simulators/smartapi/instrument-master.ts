/**
 * The instrument master as the vendor publishes it: one JSON array with all exchanges' instruments, values
 * as texts but for one boolean, and the traps of the real file. All names of companies are made up.
 */
import type { IndiaInstrument } from "../synthetic-market/india-roster.ts";

type MasterRow = Readonly<Record<string, string | boolean>>;

const CASH = { expiry: "", strike: "-1.000000", lotsize: "1", instrumenttype: "" };
const INDEX = { expiry: "", strike: "0.000000", lotsize: "1", instrumenttype: "AMXIDX" };
/** Other series of a name that is also traded as -EQ. Their tokens lie beyond those of the stocks. */
const SERIES = ["BE", "BL", "AF", "IQ", "RL", "U3", "SG"];
const SERIES_TOKEN = 700_000;
const OTHER_TOKEN = 40_000;
const BSE_TOKEN = 500_000;
/** One stock in this many has other series too. */
const WITH_SERIES_ONE_IN = 4;
const STRIKE_STEP = 5000;
const FIRST_STRIKE = 1_500_000;
const STRIKES = 400;

/** Indices of the real file that nobody here asks for; the first looks like one that is. */
const OTHER_INDICES = [
  ["99926001", "Nifty GrowSect 15", "NIFTY GROWSECT 15"],
  ["99926004", "Nifty 500", "NIFTY 500"],
  ["99926013", "Nifty Next 50", "NIFTYNXT50"],
  ["99926037", "Nifty Fin Service", "FINNIFTY"],
] as const;

/** Segments and types that fill the file up to its size. */
const OTHER_SEGMENTS = [
  ["NFO", "OPTIDX", "NIFTY", "CE"],
  ["NFO", "OPTIDX", "BANKNIFTY", "PE"],
  ["BFO", "OPTIDX", "SENSEX", "CE"],
  ["MCX", "OPTFUT", "CRUDEOILM", "CE"],
  ["CDS", "OPTCUR", "USDINR", "PE"],
  ["NCDEX", "FUTCOM", "SYNSEED", "FUT"],
] as const;

/** The file as bytes, with at least `rows` rows. */
export function instrumentMaster(instruments: readonly IndiaInstrument[], rows: number): Buffer {
  const made: MasterRow[] = [
    ...OTHER_INDICES.map(([token, symbol, name]) => indexRow(token, symbol, name)),
    ...instruments.flatMap((instrument, place) => rowsOf(instrument, place)),
  ];
  const texts = made.map((row) => JSON.stringify(row));
  for (let number = 0; texts.length < rows; number++) texts.push(JSON.stringify(otherRow(number)));
  return Buffer.from(`[${texts.join(",")}]`, "utf8");
}

function rowsOf(instrument: IndiaInstrument, place: number): MasterRow[] {
  const { token, symbol, masterName, kind, hasAuction } = instrument;
  if (kind !== "stock") return [indexRow(token, symbol, masterName)];
  const base = { ...CASH, tick_size: "5.000000", freeze_qty: String(10_000 + place) };
  const others = (place + 3) % WITH_SERIES_ONE_IN === 0 && symbol.endsWith("-EQ") ? SERIES : [];
  return [
    // The same name comes first in other series and on the other exchange, where its token differs.
    ...others.map((series, at) => ({
      token: String(SERIES_TOKEN + place * SERIES.length + at),
      symbol: `${masterName}-${series}`,
      name: masterName,
      ...base,
      exch_seg: "NSE",
      is_cas_enabled: false,
    })),
    {
      token: String(BSE_TOKEN + place),
      symbol: masterName,
      name: masterName,
      ...base,
      exch_seg: "BSE",
      is_cas_enabled: false,
    },
    { token, symbol, name: masterName, ...base, exch_seg: "NSE", is_cas_enabled: hasAuction },
  ];
}

function indexRow(token: string, symbol: string, name: string): MasterRow {
  return {
    token,
    symbol,
    name,
    ...INDEX,
    exch_seg: "NSE",
    tick_size: "0.000000",
    freeze_qty: "0",
    is_cas_enabled: false,
  };
}

/** Rows of other segments; older ones lack the newer fields, as some real rows do. */
function otherRow(number: number): MasterRow {
  const [segment, type, name, side] = OTHER_SEGMENTS[number % OTHER_SEGMENTS.length] ?? [];
  const strike = FIRST_STRIKE + (number % STRIKES) * STRIKE_STEP;
  const row = {
    token: String(OTHER_TOKEN + number),
    symbol: `${name}29DEC26${strike / 100}${side}`,
    name: name ?? "",
    expiry: "29DEC2026",
    strike: `${strike}.000000`,
    lotsize: "75",
    instrumenttype: type ?? "",
    exch_seg: segment ?? "",
    tick_size: "5.000000",
  };
  return number % 2 === 0 ? { ...row, freeze_qty: "1801", is_cas_enabled: false } : row;
}
