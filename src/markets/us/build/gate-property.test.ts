/**
 * Gate 1 over random corruptions, through the real parsers and the real judgement: no row vanishes, none
 * is counted twice, and one more defect never lets anything pass that was refused before it.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { settingsSchema } from "#contracts/settings.ts";
import { must } from "#core/assert.ts";
import { buildCalendar } from "#core/calendar.ts";
import type { ProxySet } from "#core/market-definition.ts";
import { dateOfDayNumber, dayNumberOf, sessionDate } from "#core/session-date.ts";
import { limitsOf } from "#curation/build-limits.ts";
import { createBuildTally } from "#curation/build-tally.ts";
import { judgeIntraday } from "#curation/judge-intraday.ts";
import { judgeSymbol } from "#curation/judge-symbol.ts";
import type { QuarantinedRow } from "#curation/quarantine-store.ts";
import { receiptOf } from "#curation/symbol-scene.testing.ts";
import { type SymbolRole, type SymbolRows, createSymbolRows } from "#curation/symbol-rows.ts";
import { makeCttFacts } from "#truth/gate1-facts.ts";
import { decideCtt } from "#truth/gate1/market-verdict.ts";
import { NO_EVENTS } from "#truth/gate1/price-basis.ts";
import { indexSessions } from "#truth/gate1/row-rules.ts";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { NYSE_FACTS } from "../nyse-facts.ts";
import { usParsers } from "./us-parsers.ts";

const calendar = buildCalendar(NYSE_FACTS);
const sessions = indexSessions(calendar);
const { thresholds } = settingsSchema.parse({});
const LAST_DAY = dayNumberOf(sessionDate("2026-05-15"));
const LAST = sessions.indexOfDay[LAST_DAY - sessions.fromDay] ?? 0;
const SESSIONS = 12;
const dateAt = (index: number) =>
  dateOfDayNumber(calendar.sessions[LAST - SESSIONS + 1 + index] ?? 0);
const run = { numRuns: testCount(300, 10_000), seed: testSeed() };

/** What the build does with the price payloads of one symbol, without a disk. */
function judgePayloads(
  symbol: string,
  role: SymbolRole,
  payloads: readonly { receipt: RawReceipt; bytes: Uint8Array }[],
) {
  const parsers = usParsers();
  const rows: SymbolRows = { ...createSymbolRows(NO_EVENTS), symbol, role };
  for (const [index, { receipt, bytes }] of payloads.entries()) {
    const fromRow = rows.table.length;
    parsers.parseBars(receipt, bytes, rows.table);
    const { length: toRow } = rows.table;
    rows.payloads.push({
      receipt,
      basis: "raw",
      basisAsofDay: undefined,
      fetchedAtMs: 1e15 + index,
      wholeThroughDay: LAST_DAY,
      fromRow,
      toRow,
    });
  }
  const quarantined: QuarantinedRow[] = [];
  const tally = createBuildTally({
    snapshot: "SNAP-0123456789abcdef",
    quarantine: {
      write: (row) => void quarantined.push(row),
      publish: () => "",
      abandon: () => undefined,
    },
    parsers,
    readBody: (receipt) =>
      must(
        payloads.find((one) => one.receipt.id === receipt.id),
        "landed",
      ).bytes,
  });
  if (payloads[0]?.receipt.kind === "intraday") {
    tally.addIntraday(rows, judgeIntraday(rows, sessions, 5));
    return { tally, quarantined, accepted: new Set<string>() };
  }
  const judged = judgeSymbol(rows, {
    market: "us",
    sessions,
    limits: limitsOf(thresholds),
    decisions: new Map(),
  });
  tally.addDaily(rows, judged);
  return {
    tally,
    quarantined,
    accepted: new Set([...judged.accepted].map((row) => dateOfDayNumber(rows.table.day[row] ?? 0))),
  };
}

const STOCK: SymbolRole = { instrumentClass: "stock", required: false, isVolatilityGauge: false };
const bytesOf = (text: string) => new TextEncoder().encode(text);

type Kind = "daily" | "daily_adjusted" | "intraday" | "import_daily" | "index_daily";
const HEADERS: { readonly [kind in Kind]: string } = {
  daily: "timestamp,open,high,low,close,volume",
  daily_adjusted:
    "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient",
  intraday: "timestamp,open,high,low,close,volume",
  import_daily: "Date,Open,High,Low,Close,Adj Close,Volume",
  index_daily: "timestamp,open,high,low,close",
};
const rowOf: { readonly [kind in Kind]: (index: number) => string } = {
  daily: (index) => `${dateAt(index)},100.0,101,99.5,100.25,${1000 + index}`,
  daily_adjusted: (index) =>
    `${dateAt(index)},100.0,101,99.5,100.25,100.25,${1000 + index},0.0,1.0`,
  intraday: (index) => `${dateAt(index)} 09:35:00,100.0,101,99.5,100.25,${1000 + index}`,
  import_daily: (index) => `${dateAt(index)},"$1,100.0",1101,1099.5,1100.25,99,${1000 + index}`,
  index_daily: (index) => `${dateAt(index)},17.1,18,16.5,17`,
};
const kinds = fc.constantFrom<Kind>(
  "daily",
  "daily_adjusted",
  "intraday",
  "import_daily",
  "index_daily",
);

/** One change of bytes below the header. Nothing is a NUL: such a body is no text and never lands. */
const mutation = fc.record({
  at: fc.nat(),
  what: fc.constantFrom("replace", "insert", "remove", "repeat", "cut", "splice"),
  byte: fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(...bytesOf('\n\r,."-$09eN'))),
  text: fc.constantFrom(
    "NaN",
    "Infinity",
    "-1",
    "",
    "null",
    "1e5",
    "\n\n",
    "\r\n",
    ",,,,",
    "\n2026-05-14,1,1,1,1,1\n",
    "\n2026-05-10,5,5,5,5,5\n",
    "\n2031-01-02,5,5,5,5,5\n",
    "\nError Message: the parameter apikey is invalid\n",
    "\n<html>\n",
  ),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function corrupt(bytes: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  let body = [...bytes];
  for (const { at, what, byte, text } of changes) {
    const place = body.length === 0 ? 0 : at % body.length;
    if (what === "replace" && body.length > 0) body[place] = byte;
    else if (what === "insert") body.splice(place, 0, byte);
    else if (what === "remove") body.splice(place, 1);
    else if (what === "cut") body = body.slice(0, place);
    else if (what === "splice") body.splice(place, 0, ...bytesOf(text));
    else {
      const from = body.lastIndexOf(10, place) + 1;
      const to = body.indexOf(10, place) + 1;
      body.splice(place, 0, ...body.slice(from, to > 0 ? to : undefined));
    }
  }
  return Uint8Array.from(body);
}

/** Rows of a body: its lines but the blank ones. In the operator's files a line of blanks is blank too. */
function countRows(kind: Kind, body: Uint8Array): number {
  // Latin 1 keeps every byte apart, so that lines can be counted whatever the bytes spell.
  const lines = Buffer.from(body).toString("latin1").split("\n");
  const isRow = (line: string): boolean =>
    kind === "import_daily"
      ? Buffer.from(line, "latin1").toString("utf8").trim() !== ""
      : line.replace(/\r$/, "") !== "";
  return lines.filter(isRow).length;
}

describe("a payload with any corruption below its header", () => {
  test("keeps every row: accepted + quarantined + parked = parsed, and each refused one has its rules", () => {
    fc.assert(
      fc.property(
        kinds,
        fc.array(mutation, { maxLength: 8 }),
        fc.boolean(),
        (kind, changes, crlf) => {
          const end = crlf ? "\r\n" : "\n";
          const rows = Array.from({ length: SESSIONS }, (_, index) => rowOf[kind](index));
          const body = corrupt(bytesOf(rows.map((row) => row + end).join("")), changes);
          const bytes = Uint8Array.from([...bytesOf(HEADERS[kind] + end), ...body]);
          const receipt = receiptOf(1, { kind });
          const { tally, quarantined } = judgePayloads("ABC", STOCK, [{ receipt, bytes }]);
          const counts = tally.counts()[kind === "intraday" ? "intraday_5min" : "daily"] ?? {
            parsed: 0,
            accepted: 0,
            quarantined: 0,
            parked: 0,
          };
          expect(counts.accepted + counts.quarantined + counts.parked).toBe(counts.parsed);
          expect(counts.parsed).toBe(countRows(kind, body));
          expect(quarantined).toHaveLength(counts.quarantined);
          for (const row of quarantined) {
            expect(row.rules).not.toEqual([]);
            expect(row.text).not.toBe("");
          }
        },
      ),
      run,
    );
  });

  test("as JSON keeps every row too, whatever its cells hold", () => {
    const cell = fc.oneof(
      fc.constantFrom("100", "101", "99.5", "NaN", "", "-1", "1,5", "."),
      fc.constant(null),
      fc.double(),
      fc.string({ maxLength: 4 }),
    );
    const row = fc.record(
      { "1. open": cell, "2. high": cell, "3. low": cell, "4. close": cell, "5. volume": cell },
      { requiredKeys: ["1. open", "4. close"] },
    );
    const good = {
      "1. open": "100",
      "2. high": "101",
      "3. low": "99",
      "4. close": "100",
      "5. volume": "7",
    };
    fc.assert(
      fc.property(fc.array(row, { maxLength: SESSIONS - 1 }), (bad) => {
        const dates = Object.fromEntries([good, ...bad].map((one, index) => [dateAt(index), one]));
        const bytes = bytesOf(JSON.stringify({ "Meta Data": {}, "Time Series (Daily)": dates }));
        const { tally } = judgePayloads("ABC", STOCK, [
          { receipt: receiptOf(1, { format: "json" }), bytes },
        ]);
        const counts = must(tally.counts()["daily"], "daily rows");
        expect(counts.parsed).toBe(bad.length + 1);
        expect(counts.accepted + counts.quarantined + counts.parked).toBe(counts.parsed);
        expect(counts.accepted).toBeGreaterThanOrEqual(1);
      }),
      run,
    );
  });
});

const PROXIES: ProxySet = {
  id: "test",
  version: "1",
  roles: [
    { role: "benchmark_equity", symbol: "SPY", blocking: true, instrumentClass: "fund" },
    { role: "volatility_gauge", symbol: "VIXY", blocking: true, instrumentClass: "fund" },
  ],
};
const UNIVERSE = ["AAA", "BBB", "CCC"];
const SYMBOLS = [...PROXIES.roles.map((role) => role.symbol), ...UNIVERSE];
const roleOf = (symbol: string): SymbolRole =>
  symbol === "SPY" || symbol === "VIXY"
    ? { instrumentClass: "fund", required: true, isVolatilityGauge: symbol === "VIXY" }
    : STOCK;

/**
 * What can be wrong with one session of one symbol. The first session stays sound, since history begins
 * with it. A `jump` is a move over every limit; it happens once a symbol, in a session with no other
 * defect: a second jump, or the loss of the first, would bring the row after it back into line.
 */
const DEFECTS = [
  "missing",
  "nan",
  "zero",
  "inverted",
  "outside",
  "blank",
  "conflict",
  "fields",
  "volume",
  "jump",
] as const;
type Defect = {
  readonly symbol: string;
  readonly session: number;
  readonly defect: (typeof DEFECTS)[number];
};
const defect: fc.Arbitrary<Defect> = fc.record({
  symbol: fc.constantFrom(...SYMBOLS),
  session: fc.integer({ min: 1, max: SESSIONS - 1 }),
  defect: fc.constantFrom(...DEFECTS),
});

function linesOf(session: number, what: Defect["defect"] | undefined, isGauge: boolean): string[] {
  const date = dateAt(session);
  const close = 100;
  const good = `${date},${close},${close + 1},${close - 1},${close},1000`;
  const jumped = close * (isGauge ? 4 : 2);
  switch (what) {
    case undefined:
      return [good];
    case "missing":
      return [];
    case "nan":
      return [`${date},${close},NaN,${close - 1},${close},1000`];
    case "zero":
      return [`${date},${close},${close + 1},0,${close},1000`];
    case "inverted":
      return [`${date},${close},${close - 1},${close + 1},${close},1000`];
    case "outside":
      return [`${date},${close},${close + 1},${close - 1},${close + 2},1000`];
    case "blank":
      return [`${date},${close},,${close - 1},${close},1000`];
    case "conflict":
      return [good, `${date},${close},${close + 1},${close - 1},${close},1001`];
    case "fields":
      return [`${good},more`];
    case "volume":
      return [`${date},${close},${close + 1},${close - 1},${close},-5`];
    case "jump":
      return [`${date},${jumped},${jumped},${jumped},${jumped},1000`];
  }
}

/** Judges the market with these defects, from CTT at its first session on. */
function judgeMarket(defects: readonly Defect[]) {
  const judged = SYMBOLS.map((symbol, index) => {
    const rows = Array.from({ length: SESSIONS }, (_, session) => {
      const found = defects.find((one) => one.symbol === symbol && one.session === session);
      return linesOf(session, found?.defect, symbol === "VIXY");
    });
    const bytes = bytesOf([HEADERS.daily, ...rows.flat().reverse(), ""].join("\n"));
    return {
      symbol,
      ...judgePayloads(symbol, roleOf(symbol), [{ receipt: receiptOf(index, { symbol }), bytes }]),
    };
  });
  const reports = judged.map((one) => one.tally.report());
  const [first] = reports;
  const report = {
    ...must(first, "a symbol"),
    symbols: reports.flatMap((one) => one.symbols),
    reviews: reports.flatMap((one) => one.reviews),
  };
  const dates = Array.from({ length: SESSIONS }, (_, session) => dateAt(session));
  const facts = makeCttFacts({
    calendar,
    proxies: PROXIES,
    universe: UNIVERSE.map((symbol) => ({ symbol, delistedOn: null })),
    report,
    accepted: {
      bySymbol: new Map(judged.map((one) => [one.symbol, one.accepted])),
      universeCounts: new Map(
        dates.map((date) => [
          date,
          judged.filter((one) => UNIVERSE.includes(one.symbol) && one.accepted.has(date)).length,
        ]),
      ),
    },
    waivers: new Set(),
    ctt: dateAt(0),
    firstCtt: dateAt(0),
    rdt: dateAt(SESSIONS - 1),
    thresholds,
  });
  const accepted = judged.flatMap((one) =>
    [...one.accepted].map((date) => `${one.symbol} ${date}`),
  );
  const { ctt, verdict } = decideCtt(facts);
  return { ctt: facts.sessions.dateOf(ctt), outcome: verdict.outcome, accepted: new Set(accepted) };
}

describe("a market with any defects", () => {
  test("gets no further, and accepts no other row, by one defect more", () => {
    const some = fc.uniqueArray(defect, {
      maxLength: 6,
      selector: (one) => `${one.symbol} ${one.session}`,
    });
    fc.assert(
      fc.property(some, defect, (list, added) => {
        const firstJumps = new Set<string>();
        const defects = list.filter((one) => {
          if (one.defect !== "jump") return true;
          const isFirst = !firstJumps.has(one.symbol);
          firstJumps.add(one.symbol);
          return isFirst;
        });
        fc.pre(
          !defects.some((one) => one.symbol === added.symbol && one.session === added.session),
        );
        fc.pre(added.defect !== "jump" || !firstJumps.has(added.symbol));
        const before = judgeMarket(defects);
        const after = judgeMarket([...defects, added]);
        expect([...after.accepted].filter((row) => !before.accepted.has(row))).toEqual([]);
        expect(after.ctt <= before.ctt).toBe(true);
        if (before.outcome !== "pass") expect(after.outcome).not.toBe("pass");
      }),
      run,
    );
  });

  test("without any is accepted whole", () => {
    const { ctt, outcome, accepted } = judgeMarket([]);
    expect([ctt, outcome, accepted.size]).toEqual([
      dateAt(SESSIONS - 1),
      "pass",
      SYMBOLS.length * SESSIONS,
    ]);
  });

  test.each(DEFECTS)("stops before the required row that is %s", (what) => {
    expect(judgeMarket([{ symbol: "SPY", session: 5, defect: what }]).ctt).toBe(dateAt(4));
    expect(judgeMarket([{ symbol: "AAA", session: 5, defect: what }]).ctt).toBe(
      dateAt(SESSIONS - 1),
    );
  });
});
