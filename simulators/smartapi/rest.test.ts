/** REST of the look-alike: logins, tokens, candles, quotes, limits, and the vendor's ways to fail. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { minuteTruthOf } from "../synthetic-market/tick-truth.ts";
import { midnightMinuteOf, secondOfDay } from "../synthetic-market/tick-session.ts";
import { sessionDate } from "#core/session-date.ts";
import type { SmartApiSimulator } from "./smartapi-server.ts";
import {
  BUSY_STOCKS,
  CANDLES_PATH,
  LOGIN_PATH,
  LOGOUT_PATH,
  PROFILE_PATH,
  QUOTE_PATH,
  REFRESH_PATH,
  TEST_DATE,
  type Tokens,
  call,
  connect,
  login,
  loginBody,
  startTestSimulator,
  tokensOf,
} from "./testing.ts";
import { totpAt } from "./totp.ts";

const [STOCK = ""] = BUSY_STOCKS;
const candlesSchema = z.looseObject({
  data: z.array(z.tuple([z.string(), z.number(), z.number(), z.number(), z.number(), z.number()])),
});

let simulator: SmartApiSimulator;
let tokens: Tokens;
beforeAll(async () => {
  simulator = await startTestSimulator({ waitForTokens: 1, snapshots: "none" });
  tokens = await login(simulator);
  const client = await connect(simulator, tokens);
  client.subscribe([STOCK]);
  await simulator.ended;
  client.close();
});
afterAll(() => simulator.close());
afterEach(() => simulator.clearFaults());

const ask = (path: string, body?: unknown) => call(simulator, path, { body, jwt: tokens.jwtToken });

async function candles(body: Record<string, unknown>) {
  const answer = await ask(CANDLES_PATH, {
    exchange: "NSE",
    symboltoken: STOCK,
    interval: "ONE_MINUTE",
    fromdate: `${TEST_DATE} 09:15`,
    todate: `${TEST_DATE} 15:30`,
    ...body,
  });
  return { ...answer, rows: candlesSchema.safeParse(answer.json).data?.data };
}

describe("one-time codes", () => {
  test("are those of RFC 6238", () => {
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    expect(totpAt(secret, 59_000)).toBe("287082");
    expect(totpAt(secret, 1_111_111_109_000)).toBe("081804");
    expect(totpAt(secret, 20_000_000_000_000)).toBe("353130");
  });
});

describe("a login", () => {
  test("gives three tokens, the first with an end that can be read", () => {
    const [, claims = ""] = tokens.jwtToken.split(".");
    const { exp } = z
      .looseObject({ exp: z.number() })
      .parse(JSON.parse(Buffer.from(claims, "base64url").toString()));
    expect(exp * 1000).toBeGreaterThan(Date.now());
    expect(new Set(Object.values(tokens)).size).toBe(3);
  });

  test("takes the code of the window before, refuses others, and says what is wrong", async () => {
    const { totpSecret } = simulator.credentials;
    const attempt = (change: Partial<ReturnType<typeof loginBody>>, apiKey?: string) =>
      call(simulator, LOGIN_PATH, { body: { ...loginBody(), ...change }, apiKey });
    const before = totpAt(totpSecret, Date.now(), -1);
    expect((await attempt({ totp: before })).json).toMatchObject({ status: true });
    const old = totpAt(totpSecret, Date.now(), -4);
    expect((await attempt({ totp: old })).json).toEqual({
      message: "Invalid totp",
      errorcode: "AB1050",
      status: false,
      data: null,
    });
    expect((await attempt({ password: "0000" })).json).toMatchObject({ errorcode: "AB1007" });
    expect((await attempt({}, "another-key")).json).toMatchObject({ errorcode: "AB1034" });
    expect((await call(simulator, LOGIN_PATH, { body: {} })).json).toMatchObject({
      errorcode: "AB1004",
    });
  });

  test("is refreshed with new tokens, which end the old ones", async () => {
    const first = await login(simulator);
    const refreshed = tokensOf(
      await call(simulator, REFRESH_PATH, {
        body: { refreshToken: first.refreshToken },
        jwt: first.jwtToken,
      }),
    );
    expect(refreshed.refreshToken).not.toBe(first.refreshToken);
    expect((await call(simulator, PROFILE_PATH, { jwt: first.jwtToken })).json).toMatchObject({
      success: false,
      errorCode: "AG8001",
    });
    const again = await call(simulator, REFRESH_PATH, {
      body: { refreshToken: first.refreshToken },
    });
    expect(again.json).toMatchObject({ errorcode: "AB8050" });
    const profile = await call(simulator, PROFILE_PATH, { jwt: refreshed.jwtToken });
    expect(profile.json).toMatchObject({ status: true, data: { clientcode: "SYN0001" } });
    await call(simulator, LOGOUT_PATH, { body: {}, jwt: refreshed.jwtToken });
    const gone = await call(simulator, PROFILE_PATH, { jwt: refreshed.jwtToken });
    expect(gone.json).toMatchObject({ errorCode: "AG8001" });
  });

  test("can be without an end that can be read, and can end earlier ones", async () => {
    const other = await startTestSimulator({
      readableExpiry: false,
      laterLoginEnds: true,
      tokenLifetimeSeconds: 0,
    });
    const first = await login(other);
    expect(first.jwtToken.split(".")).toHaveLength(1);
    expect((await call(other, PROFILE_PATH, { jwt: first.jwtToken })).json).toMatchObject({
      errorCode: "AG8002",
    });
    await login(other);
    expect((await call(other, PROFILE_PATH, { jwt: first.jwtToken })).json).toMatchObject({
      errorCode: "AG8001",
    });
    expect((await call(other, PROFILE_PATH)).json).toMatchObject({ errorCode: "AG8003" });
    await other.close();
  });
});

describe("candles", () => {
  test("are the exact minutes of the session in rupees, ascending, labelled by their start", async () => {
    const { rows } = await candles({});
    const token = simulator.timeline.instruments.findIndex((one) => one.token === STOCK);
    const midnight = midnightMinuteOf(sessionDate(TEST_DATE));
    expect(rows).toEqual(
      minuteTruthOf(simulator.timeline, token).map((one) => {
        const minute = one.minute - midnight;
        const time = `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
        const { open, high, low, close, volume } = one;
        return [
          `${TEST_DATE}T${time}:00+05:30`,
          open / 100,
          high / 100,
          low / 100,
          close / 100,
          volume,
        ];
      }),
    );
  });

  test("of a day are the ticks of that day, and older days are there for years", async () => {
    const { rows = [] } = await candles({
      interval: "ONE_DAY",
      fromdate: "2022-01-03 00:00",
      todate: `${TEST_DATE} 23:59`,
    });
    expect(rows.length).toBeGreaterThan(1100);
    expect(rows.at(-1)?.[0]).toBe(`${TEST_DATE}T00:00:00+05:30`);
    const token = simulator.timeline.instruments.findIndex((one) => one.token === STOCK);
    const day = simulator.timeline.days[token];
    expect(rows.at(-1)?.slice(1)).toEqual(
      [day?.open, day?.high, day?.low, day?.close]
        .map((paise) => (paise ?? 0) / 100)
        .concat(day?.volume ?? 0),
    );
  });

  test("of longer intervals add minutes up from the open; an index has no volume", async () => {
    const minutes = (await candles({ symboltoken: 99_926_000 })).rows ?? [];
    const hours = (await candles({ symboltoken: "99926000", interval: "ONE_HOUR" })).rows ?? [];
    expect(hours.map(([start]) => start.slice(11, 16))).toEqual([
      "09:15",
      "10:15",
      "11:15",
      "12:15",
      "13:15",
      "14:15",
      "15:15",
    ]);
    expect(hours[0]?.[2]).toBe(Math.max(...minutes.slice(0, 60).map((row) => row[2])));
    expect(new Set(hours.map((row) => row[5]))).toEqual(new Set([0]));
  });

  test("of another day exist too, and of days without a session do not", async () => {
    const before = await candles({ fromdate: "2026-06-11 09:15", todate: "2026-06-11 15:30" });
    expect(before.rows?.length).toBeGreaterThan(300);
    const sunday = await candles({ fromdate: "2026-06-07 09:15", todate: "2026-06-07 15:30" });
    expect(sunday.rows).toEqual([]);
    const later = await candles({ fromdate: "2026-06-15 09:15", todate: "2026-06-15 15:30" });
    expect(later.rows).toEqual([]);
  });

  test("are refused for ranges that are none or too long", async () => {
    for (const body of [
      { todate: `${TEST_DATE} 09:15` },
      { fromdate: "2026-05-01 09:15" },
      { interval: "TWO_MINUTE" },
      { fromdate: TEST_DATE },
    ]) {
      expect((await candles(body)).json).toMatchObject({ status: false, errorcode: "AB1004" });
    }
    expect((await candles({ symboltoken: "5" })).json).toMatchObject({ errorcode: "AB1009" });
  });

  test("end with the running one while the session runs", async () => {
    const running = await startTestSimulator({
      waitForTokens: "command",
      startAt: "11:30:30",
      snapshots: "none",
    });
    const { jwtToken } = await login(running);
    const { json } = await call(running, CANDLES_PATH, {
      jwt: jwtToken,
      body: {
        exchange: "NSE",
        symboltoken: "99926000",
        interval: "ONE_MINUTE",
        fromdate: `${TEST_DATE} 11:00`,
        todate: `${TEST_DATE} 15:30`,
      },
    });
    expect(candlesSchema.parse(json).data.at(-1)?.[0]).toBe(`${TEST_DATE}T11:30:00+05:30`);
    await running.close();
  });
});

describe("quotes", () => {
  test("give the newest packet of what is known", async () => {
    const { json } = await ask(QUOTE_PATH, {
      mode: "FULL",
      exchangeTokens: { NSE: [STOCK, "5"] },
    });
    const token = simulator.timeline.instruments.findIndex((one) => one.token === STOCK);
    expect(json).toMatchObject({
      data: {
        fetched: [
          {
            symbolToken: STOCK,
            ltp: (simulator.timeline.days[token]?.close ?? 0) / 100,
            tradeVolume: simulator.timeline.days[token]?.volume,
          },
        ],
        unfetched: [{ symbolToken: "5" }],
      },
    });
  });

  test("are refused for more than 50 tokens", async () => {
    const NSE = Array.from({ length: 51 }, (_, at) => String(at));
    expect((await ask(QUOTE_PATH, { mode: "LTP", exchangeTokens: { NSE } })).json).toMatchObject({
      errorcode: "AB1004",
    });
  });
});

describe("the instrument master", () => {
  test("is one array of texts with one boolean, several series a name, and other exchanges", async () => {
    const response = await fetch(simulator.instrumentsUrl);
    expect(response.headers.get("x-meridian-synthetic")).toBe("1");
    const rows = z
      .array(z.record(z.string(), z.union([z.string(), z.boolean()])))
      .parse(await response.json());
    expect(rows.length).toBe(2000);
    const named = rows.filter(({ name }) => name === "SYNTECH");
    expect(named.map(({ symbol }) => symbol)).toEqual(
      expect.arrayContaining(["SYNTECH-EQ", "SYNTECH-BE", "SYNTECH"]),
    );
    expect(rows.find(({ token }) => token === "99926032")).toMatchObject({
      symbol: "NIFTY SMLCAP 100",
      instrumenttype: "AMXIDX",
      is_cas_enabled: false,
    });
    expect(rows.some(({ is_cas_enabled: cas }) => cas === true)).toBe(true);
    expect(rows.some((row) => !("freeze_qty" in row))).toBe(true);
    expect(new Set(rows.map((row) => row["exch_seg"])).size).toBeGreaterThan(5);
  });

  test("is gone or null by fault", async () => {
    simulator.addFault({ fault: "instruments_404" });
    expect((await fetch(simulator.instrumentsUrl)).status).toBe(404);
    simulator.addFault({ fault: "instruments_null" });
    expect(await (await fetch(simulator.instrumentsUrl)).json()).toBeNull();
  });
});

describe("the vendor's ways to fail", () => {
  test("are four, and each strikes as often as it was told to", async () => {
    simulator.addFault({ fault: "text_403", count: 2, args: { call: "getCandleData" } });
    expect((await ask(PROFILE_PATH)).status).toBe(200);
    for (let times = 0; times < 2; times++) {
      const refused = await candles({});
      expect(refused.status).toBe(403);
      expect(refused.text).toContain("exceeding access rate");
      expect(refused.json).toBeUndefined();
    }
    expect((await candles({})).rows?.length).toBeGreaterThan(100);
    simulator.addFault({ fault: "empty_body" });
    expect((await candles({})).text).toBe("");
    simulator.addFault({ fault: "gateway_error", args: { code: "AG8002" } });
    expect((await candles({})).json).toMatchObject({
      success: false,
      errorCode: "AG8002",
      data: "",
    });
    simulator.addFault({ fault: "string_false" });
    expect((await candles({})).json).toMatchObject({ status: "false", data: "null" });
    simulator.addFault({ fault: "login_refused", args: { code: "AB1007" } });
    const refused = await call(simulator, LOGIN_PATH, { body: loginBody() });
    expect(refused.json).toMatchObject({ errorcode: "AB1007" });
  });

  test("come in storms that let some calls through", async () => {
    simulator.addFault({ fault: "ab1004_storm", count: 1000, args: { share: 0.5 } });
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => candles({})));
    const failed = outcomes.filter(({ rows }) => rows === undefined).length;
    expect(failed).toBeGreaterThan(5);
    expect(failed).toBeLessThan(35);
  });

  test("hold a fault back until its event time", async () => {
    const waiting = await startTestSimulator({ startAt: "10:00", waitForTokens: "command" });
    const { jwtToken } = await login(waiting);
    waiting.addFault({ fault: "text_403", at: "11:00" });
    expect((await call(waiting, PROFILE_PATH, { jwt: jwtToken })).status).toBe(200);
    expect(secondOfDay("11:00")).toBeGreaterThan(secondOfDay(waiting.report().eventTime));
    await waiting.close();
  });
});

test("calls beyond the published rate are refused with a text", async () => {
  const limited = await startTestSimulator({ rateLimits: true });
  const { jwtToken } = await login(limited);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => call(limited, PROFILE_PATH, { jwt: jwtToken })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(2);
  expect((await call(limited, LOGIN_PATH, { body: loginBody() })).status).toBe(403);
  expect(limited.requests().filter(({ outcome }) => outcome === "text_403")).toHaveLength(3);
  await limited.close();
});
