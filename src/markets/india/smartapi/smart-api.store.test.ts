/** The REST side against a server on loopback: sessions, tries, limits, and no secret in any word of it. */
import type { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { testSeed } from "../../../../tests/support/depth.ts";
import { settingsSchema } from "#contracts/settings.ts";
import type { EpochMs } from "#core/clock.ts";
import { seededRandom } from "#core/random.ts";
import { sessionDate } from "#core/session-date.ts";
import { secretMask } from "#platform/secrets.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { CIRCUIT_FAILURES_MAX, CIRCUIT_REST_MS } from "./retry-pause.ts";
import { openSmartApi } from "./smart-api.ts";
import {
  CREDENTIALS,
  type VendorServer,
  gatewayRefusal,
  refusal,
  startVendorServer,
  success,
} from "./smartapi-server.testing.ts";
import { withLogout } from "./with-logout.ts";
import { totp } from "./totp.ts";

const INSTRUMENT = { symbol: "RELIANCE", token: "2885" };
const NINE_IN_INDIA = Date.UTC(2026, 2, 12, 3, 30) as EpochMs;
const RANGE = { fromMs: NINE_IN_INDIA, toMs: NINE_IN_INDIA + 300_000 };
const ROWS = [["2026-03-12T09:15:00+05:30", 1410, 1411, 1409.95, 1410.5, 4321]];

async function open(overrides: { readonly timeout_seconds?: number } = {}) {
  const vendor = await startVendorServer();
  vendor.answers.candles = () => success(ROWS);
  const vendorSettings = { rest_url: vendor.url, timeout_seconds: 5, ...overrides };
  const settings = settingsSchema.parse({ india: { vendor: vendorSettings } }).india.vendor;
  const database = openStateStore(":memory:");
  onTestFinished(() => database.close());
  // Waiting costs no time here, but moves both readings of the clock.
  const clock = fixedClock(NINE_IN_INDIA);
  const lines: string[] = [];
  const note = (facts: object, says: string) => void lines.push(JSON.stringify({ says, ...facts }));
  const api = openSmartApi({
    settings,
    credentials: CREDENTIALS,
    database,
    clock,
    random: seededRandom(testSeed()),
    mask: secretMask(Object.values(CREDENTIALS)),
    log: { info: note, warn: note },
  });
  return { api, vendor, clock, lines, database };
}

/** Lets nothing be written any more, as a full disk does. */
function fill(database: DatabaseSync): void {
  database.exec("CREATE TABLE filling (text TEXT)");
  database.exec("PRAGMA max_page_count = 1");
  // Room inside pages that are there is used up too, by the table that the next permit goes into.
  const insert = database.prepare("INSERT INTO smartapi_calls VALUES ('other', 'none', ?)");
  expect(() => {
    for (let row = 0; row < 10_000; row++) insert.run(row);
  }).toThrow("full");
}

function bearersOf(vendor: VendorServer): (string | undefined)[] {
  return vendor.asked
    .filter(({ endpoint }) => endpoint === "candles")
    .map(({ headers }) => headers.authorization);
}

describe("the session", () => {
  test("logs in once, with PIN and one-time code, for all who ask at the same time", async () => {
    const { api, vendor, clock } = await open();
    await Promise.all([
      api.session.open(),
      api.fetchMinutes(INSTRUMENT, RANGE),
      api.session.open(),
    ]);
    expect(vendor.countOf("login")).toBe(1);
    const code = totp(Buffer.from("12345678901234567890"), clock.wallMs());
    expect(vendor.asked[0]).toMatchObject({
      body: { clientcode: "T123456", password: "4321", totp: code },
      headers: {
        "x-privatekey": "Key4Tests",
        "x-usertype": "USER",
        "x-sourceid": "WEB",
        "content-type": "application/json",
      },
    });
    expect(vendor.asked[0]?.headers.authorization).toBeUndefined();
    expect(await api.session.authorizeSocket()).toEqual({
      jwtToken: "jwt-token-1",
      headers: {
        Authorization: "Bearer jwt-token-1",
        "x-api-key": "Key4Tests",
        "x-client-code": "T123456",
        "x-feed-token": "feed-token-1",
      },
    });
  });

  test("tries the next code when a code was refused, and no third one", async () => {
    const { api, vendor, clock } = await open();
    const accept = vendor.answers.login;
    vendor.answers.login = (asked) =>
      vendor.countOf("login") === 1 ? refusal("AB1050") : accept?.(asked);
    await api.session.open();
    const [first, second] = vendor.asked.map(({ body }) => body["totp"]);
    expect(second).not.toBe(first);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(31_000);

    const other = await open();
    other.vendor.answers.login = () => refusal("AB1050");
    await expect(other.api.session.open()).rejects.toMatchObject({ code: "LOGIN_REFUSED" });
    expect(other.vendor.countOf("login")).toBe(2);
  });

  test.each(["AB1007", "AB1000", "AG8004", "AB1034", "AB1032"])(
    "is refused for good by %s, and does not ask again for minutes",
    async (code) => {
      const { api, vendor, clock } = await open();
      vendor.answers.login = () => refusal(code);
      for (let time = 0; time < 3; time++) {
        await expect(api.session.open()).rejects.toMatchObject({
          code: "LOGIN_REFUSED",
          message: `SmartAPI refused the login: ${code}: says ${code}`,
        });
      }
      expect(vendor.countOf("login")).toBe(1);
      expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "KEY_INVALID" });
      await clock.sleepMs(301_000);
      await expect(api.session.open()).rejects.toMatchObject({ code: "LOGIN_REFUSED" });
      expect(vendor.countOf("login")).toBe(2);
    },
  );

  test("is unreachable, not refused, when the vendor has trouble", async () => {
    const { api, vendor } = await open();
    const troubles = [refusal("AB1004"), { body: "" }, { status: 502, body: "<html>" }];
    vendor.answers.login = () => troubles[vendor.countOf("login") - 1];
    await expect(api.session.open()).rejects.toMatchObject({ code: "VENDOR_UNREACHABLE" });
    expect(vendor.countOf("login")).toBe(3);
  });

  test("is left alone by a secret that is none", async () => {
    const vendor = await startVendorServer();
    const database = openStateStore(":memory:");
    onTestFinished(() => database.close());
    const api = openSmartApi({
      settings: settingsSchema.parse({ india: { vendor: { rest_url: vendor.url } } }).india.vendor,
      credentials: { ...CREDENTIALS, totpSecret: "0000" },
      database,
      clock: fixedClock(NINE_IN_INDIA),
      random: seededRandom(testSeed()),
      mask: secretMask(Object.values(CREDENTIALS)),
      log: { info: () => undefined, warn: () => undefined },
    });
    await expect(api.session.open()).rejects.toMatchObject({ code: "LOGIN_REFUSED" });
    expect(vendor.asked).toEqual([]);
  });

  test.each(["AG8001", "AG8002", "AG8003", "AB1010", "AB1011", "AB8050", "AB8051"])(
    "is refreshed once after %s, and the call is made once more with all three tokens new",
    async (code) => {
      const { api, vendor } = await open();
      vendor.answers.candles = ({ headers }) =>
        headers.authorization === "Bearer jwt-token-2" ? success(ROWS) : gatewayRefusal(code);
      expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "data" });
      expect(bearersOf(vendor)).toEqual(["Bearer jwt-token-1", "Bearer jwt-token-2"]);
      const refresh = vendor.asked.find(({ endpoint }) => endpoint === "refresh");
      expect(refresh).toMatchObject({
        body: { refreshToken: "refresh-token-1" },
        headers: { authorization: "Bearer jwt-token-1" },
      });
      expect((await api.session.authorizeSocket()).headers["x-feed-token"]).toBe("feed-token-2");
      expect(vendor.countOf("login")).toBe(1);
    },
  );

  test("logs in again when the refresh is refused, and gives up a call that is refused twice", async () => {
    const { api, vendor } = await open();
    vendor.answers.refresh = () => refusal("AB8051");
    vendor.answers.candles = () => gatewayRefusal("AG8001");
    expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "KEY_INVALID" });
    expect(vendor.asked.map(({ endpoint }) => endpoint)).toEqual([
      "login",
      "candles",
      "refresh",
      "login",
      "candles",
    ]);
  });

  test("is renewed once for calls that are refused at the same time", async () => {
    const { api, vendor } = await open();
    vendor.answers.candles = ({ headers }) =>
      headers.authorization === "Bearer jwt-token-1" ? gatewayRefusal("AG8002") : success(ROWS);
    const calls = Array.from({ length: 5 }, () => api.fetchMinutes(INSTRUMENT, RANGE));
    for (const answer of await Promise.all(calls)) expect(answer.outcome).toBe("data");
    expect(vendor.countOf("refresh")).toBe(1);
    expect(vendor.countOf("login")).toBe(1);
  });

  test("is opened anew by login at midnight in India", async () => {
    const { api, vendor, clock } = await open();
    await api.session.open();
    await clock.sleepMs(Date.UTC(2026, 2, 12, 18, 30) - NINE_IN_INDIA);
    await api.session.open();
    expect(vendor.asked.map(({ endpoint }) => endpoint)).toEqual(["login", "login"]);
  });

  test("whose login fails says so once a cause, not for each call", async () => {
    const { api, vendor, lines, clock } = await open();
    const saying = (what: string) => lines.filter((line) => line.includes(what));
    vendor.answers.login = () => refusal("AB1000");
    for (let call = 0; call < 3; call++) await api.fetchMinutes(INSTRUMENT, RANGE);
    expect(saying("AB1000")).toHaveLength(1);
    vendor.answers.login = () => ({ status: 502, body: "<html>" });
    await clock.sleepMs(301_000);
    for (let call = 0; call < 3; call++) await api.fetchMinutes(INSTRUMENT, RANGE);
    expect(saying("HTTP 502")).toHaveLength(1);
  });

  test("that came up again says a failed login again", async () => {
    const { api, vendor, lines, clock } = await open();
    const { login } = vendor.answers;
    for (let day = 0; day < 2; day++) {
      vendor.answers.login = () => refusal("AB1000");
      await api.fetchMinutes(INSTRUMENT, RANGE);
      if (login !== undefined) vendor.answers.login = login;
      await clock.sleepMs(86_400_000);
      await api.session.open();
      await clock.sleepMs(86_400_000);
    }
    expect(lines.filter((line) => line.includes("AB1000"))).toHaveLength(2);
  });

  test("whose logout finds no room on the disk tells it, unless something else broke before", async () => {
    const { api, vendor, database } = await open();
    const isFull = expect.objectContaining({ code: "DISK_FULL", exitCode: 1 });
    await api.session.open();
    fill(database);
    const work = () => Promise.resolve("done");
    await expect(withLogout(api.session, work)).rejects.toEqual(isFull);
    expect(vendor.countOf("logout")).toBe(0);
    const other = await open();
    await other.api.session.open();
    fill(other.database);
    const breaking = () => Promise.reject(new Error("broke before"));
    await expect(withLogout(other.api.session, breaking)).rejects.toThrow("broke before");
  });

  test("ends with the work's result when the vendor or a busy store fails its logout", async () => {
    const { api, vendor } = await open();
    await api.session.open();
    vendor.answers.logout = () => ({ status: 500, body: "no" });
    expect(await withLogout(api.session, () => Promise.resolve("done"))).toBe("done");
    expect(vendor.countOf("logout")).toBe(1);
  });

  test("ends at the vendor with a logout, which throws nothing that the vendor does", async () => {
    const { api, vendor } = await open();
    await api.session.logout();
    expect(vendor.asked).toEqual([]);
    await api.session.open();
    vendor.answers.logout = () => ({ status: 500, body: "no" });
    await api.session.logout();
    expect(vendor.asked.at(-1)).toMatchObject({
      endpoint: "logout",
      body: { clientcode: "T123456" },
    });
    expect(api.session.secrets()).toEqual([]);
  });
});

describe("a call for candles", () => {
  test("gives the bytes to land, the rows, and what was asked", async () => {
    const { api, vendor, clock } = await open();
    vendor.answers.candles = () => ({ ...success(ROWS), headers: { "x-meridian-synthetic": "1" } });
    const answer = await api.fetchMinutes(INSTRUMENT, RANGE);
    if (answer.outcome !== "data") throw new Error(answer.detail);
    expect(answer).toMatchObject({ synthetic: true, flagged: 0, receivedAt: clock.wallMs() });
    expect(answer.bars.length).toBe(1);
    expect(JSON.parse(Buffer.from(answer.bytes).toString())).toMatchObject({ data: ROWS });
    expect(answer.call).toMatchObject({ kind: "minutes", symbol: "RELIANCE" });
    expect(vendor.asked.at(-1)?.body).toEqual(answer.call.params);
  });

  test("that has no rows is an answer", async () => {
    const { api, vendor } = await open();
    vendor.answers.candles = () => success(null);
    const day = sessionDate("2026-03-12");
    const answer = await api.fetchDaily(INSTRUMENT, { from: day, to: day });
    expect(answer.outcome === "data" && answer.bars.length).toBe(0);
    expect(vendor.asked.at(-1)?.body).toMatchObject({
      interval: "ONE_DAY",
      fromdate: "2026-03-12 00:00",
      todate: "2026-03-12 23:59",
    });
  });

  test.each([
    ["AB1004", refusal("AB1004")],
    ["an empty body", { body: "" }],
    [
      "calls that come too fast",
      { status: 403, body: "Access denied because of exceeding access rate" },
    ],
    ["429", { status: 429, body: "" }],
    ["a page of markup", { body: "<html></html>" }],
    ["a broken answer", { body: '{"status":true,"data":[[' }],
  ])("is tried again after %s, three times at most", async (_title, trouble) => {
    const { api, vendor } = await open();
    vendor.answers.candles = () => (vendor.countOf("candles") < 3 ? trouble : success(ROWS));
    expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "data" });
    const other = await open();
    other.vendor.answers.candles = () => trouble;
    expect((await other.api.fetchMinutes(INSTRUMENT, RANGE)).outcome).not.toBe("data");
    expect(other.vendor.countOf("candles")).toBe(3);
  });

  test("is tried again when no answer comes in time", async () => {
    const { api, vendor } = await open({ timeout_seconds: 0.2 });
    vendor.answers.candles = () => (vendor.countOf("candles") < 2 ? undefined : success(ROWS));
    expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "data" });
  });

  test("is not tried again when the symbol is unknown", async () => {
    const { api, vendor } = await open();
    vendor.answers.candles = () => refusal("AB1009");
    expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "UNKNOWN_SYMBOL" });
    expect(vendor.countOf("candles")).toBe(1);
  });

  test("is made no more often than half a second apart", async () => {
    const { api, clock } = await open();
    await api.session.open();
    const startedMs = clock.monotonicMs();
    for (let call = 0; call < 5; call++) await api.fetchMinutes(INSTRUMENT, RANGE);
    expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(2000);
  });

  test("is not made at all for a while after many failures in a row", async () => {
    const { api, vendor, clock } = await open();
    vendor.answers.candles = () => refusal("AB1004");
    const answers = [];
    for (let call = 0; call < 20; call++) answers.push(await api.fetchMinutes(INSTRUMENT, RANGE));
    expect(vendor.countOf("candles")).toBe(CIRCUIT_FAILURES_MAX);
    expect(answers.at(-1)).toMatchObject({ detail: expect.stringMatching(/^not asked/) });
    vendor.answers.candles = () => success(ROWS);
    await clock.sleepMs(CIRCUIT_REST_MS);
    expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "data" });
    expect(await api.fetchMinutes(INSTRUMENT, RANGE)).toMatchObject({ outcome: "data" });
  });

  test("takes a volume for what it is although it spells the PIN", async () => {
    const { api } = await open();
    const answer = await api.fetchMinutes(INSTRUMENT, RANGE);
    expect(answer.outcome === "data" && answer.bars.volume[0]).toBe(4321);
  });
});

describe("no word", () => {
  test("of logs, errors or answers holds a secret, whatever the vendor echoes", async () => {
    const { api, vendor, lines, clock } = await open();
    const said: unknown[] = [];
    await api.session.open();
    const secrets = () => [...Object.values(CREDENTIALS), ...api.session.secrets()];
    const echo = (body: unknown) => () => ({ status: 400, body });
    const all = secrets();
    for (const secret of all) {
      vendor.answers.candles = echo({
        status: false,
        message: `${secret} and ${secret}`,
        errorcode: "AB2000",
      });
      said.push(await api.fetchMinutes(INSTRUMENT, RANGE));
      vendor.answers.candles = echo(`text ${secret}`);
      said.push(await api.fetchMinutes(INSTRUMENT, RANGE));
      await clock.sleepMs(CIRCUIT_REST_MS);
    }
    vendor.answers.refresh = vendor.answers.login = (asked) => ({
      body: { status: false, message: JSON.stringify(asked.body), errorcode: "AB1000" },
    });
    await api.session.renew("jwt-token-1").catch((cause: unknown) => {
      if (cause instanceof Error) said.push(cause.message, cause.stack);
    });
    const words = JSON.stringify([said, lines]);
    expect(words).toContain("the login failed");
    for (const secret of all) expect(words).not.toContain(secret);
    expect(words).not.toMatch(/totp\W+\d{6}/);
  });
});

describe("a call for quotes", () => {
  test("gives prices in units, times, and what was not fetched", async () => {
    const { api, vendor } = await open();
    vendor.answers.quote = () =>
      success({
        fetched: [
          {
            exchange: "NSE",
            tradingSymbol: "ACME-EQ",
            symbolToken: "5097",
            ltp: 290.05,
            open: "290",
            high: 291,
            low: null,
            close: 288.5,
            avgPrice: 290,
            tradeVolume: "132803",
            exchFeedTime: "20-Dec-2024 09:12:54",
            exchTradeTime: "soon",
          },
          "text",
        ],
        unfetched: [
          { exchange: "NSE", symbolToken: "1", message: "Symbol not found", errorCode: "AB4018" },
        ],
      });
    const answer = await api.fetchQuotes(["5097", "1"]);
    expect(vendor.asked.at(-1)?.body).toEqual({
      mode: "FULL",
      exchangeTokens: { NSE: ["5097", "1"] },
    });
    expect(answer).toMatchObject({
      outcome: "data",
      quotes: [
        {
          token: "5097",
          lastPrice: 2_900_500,
          open: 2_900_000,
          low: Number.NaN,
          previousClose: 2_885_000,
          volume: 132_803,
          feedAt: Date.UTC(2024, 11, 20, 3, 42, 54),
          tradedAt: null,
        },
      ],
      unfetched: [{ token: "1", says: "AB4018: Symbol not found" }],
    });
  });
});
