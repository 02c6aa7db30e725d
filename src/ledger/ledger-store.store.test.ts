/** The ledger as its callers meet it: what it keeps, refuses and gives back. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { inTransaction, openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { GENESIS_HASH } from "./ledger-row.ts";
import { type NewLedgerEntry, openLedger, payloadOf } from "./ledger-store.ts";
import { verifyLedger } from "./verify-ledger-store.ts";

const START = Date.UTC(2026, 4, 18, 21) as EpochMs;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function open() {
  const database = openStateStore(":memory:");
  return { database, ledger: openLedger(database, "us", fixedClock(START)) };
}

function waived(symbol: string): NewLedgerEntry {
  return {
    kind: "SESSION_WAIVED",
    actor: "Ada",
    payload: { symbol, session: "2026-05-15", reason: "exchange halt", decision: "D-1" },
  };
}

describe("append", () => {
  test("chains each entry to the one before, from the genesis hash on", () => {
    const { ledger } = open();
    expect(ledger.head()).toEqual({ seq: 0, hash: GENESIS_HASH });
    const first = ledger.append(waived("SPY"));
    const second = ledger.append(waived("VIXY"));
    expect(first).toMatchObject({ seq: 1, prevHash: GENESIS_HASH, market: "us", actor: "Ada" });
    expect(first.recordedAt).toBe("2026-05-18T21:00:00.000Z");
    expect(second).toMatchObject({ seq: 2, prevHash: first.hash });
    expect(ledger.head()).toEqual({ seq: 2, hash: second.hash });
    expect(ledger.entries()).toEqual([first, second]);
  });

  test("keeps the payload as canonical JSON text", () => {
    const { database, ledger } = open();
    ledger.append(waived("SPY"));
    expect(database.prepare("SELECT payload FROM ledger").get()?.["payload"]).toBe(
      '{"decision":"D-1","reason":"exchange halt","session":"2026-05-15","symbol":"SPY"}',
    );
  });

  test("refuses a payload that is not of its kind, and writes nothing", () => {
    const { ledger } = open();
    const wrong = { ...waived("SPY"), payload: { symbol: "SPY" } };
    expect(() => ledger.append(wrong)).toThrow(/expected string/);
    expect(() => ledger.append({ ...waived("SPY"), actor: "" })).toThrow("names its actor");
    expect(ledger.head().seq).toBe(0);
  });

  test("joins the caller's transaction: an entry and what it is about come together or not at all", () => {
    const { database, ledger } = open();
    const work = () => {
      ledger.append(waived("SPY"));
      throw new Error("the other half failed");
    };
    expect(() => inTransaction(database, work)).toThrow("the other half failed");
    expect(ledger.entries()).toEqual([]);
    expect(ledger.append(waived("SPY")).seq).toBe(1);
  });

  test("two connections to one file build one chain", () => {
    const folder = mkdtempSync(join(tmpdir(), "ledger-"));
    folders.push(folder);
    const path = join(folder, "us.sqlite");
    const databases = [openStateStore(path), openStateStore(path)];
    const ledgers = databases.map((database) => openLedger(database, "us", fixedClock(START)));
    for (let round = 0; round < 5; round++) {
      for (const ledger of ledgers) ledger.append(waived(`S${round}`));
    }
    const reader = new DatabaseSync(path, { readOnly: true });
    expect(verifyLedger(reader)).toMatchObject({ ok: true, rows: 10 });
    for (const database of [reader, ...databases]) database.close();
  });
});

describe("appendOnce and appendFirst", () => {
  test("the same entry under the same key is written once, a changed one again", () => {
    const { ledger } = open();
    const held = (rules: string[]): NewLedgerEntry => ({
      kind: "GATE1_REFUSED",
      actor: "gate ingest",
      payload: {
        outcome: "hold",
        ctt: null,
        rdt: "2026-05-15",
        snapshot: null,
        rules,
        verdictDigest: "ab".repeat(32),
      },
    });
    expect(ledger.appendOnce(held(["DRIFT"]), "2026-05-15")?.seq).toBe(1);
    expect(ledger.appendOnce(held(["DRIFT"]), "2026-05-15")).toBeUndefined();
    expect(ledger.appendOnce(held(["DRIFT"]), "2026-05-18")?.seq).toBe(2);
    expect(ledger.appendOnce(held(["GAP"]), "2026-05-15")?.seq).toBe(3);
    expect(ledger.appendOnce(held(["DRIFT"]), "2026-05-15")?.seq).toBe(4);
    expect(ledger.entries().map((entry) => payloadOf(entry, "GATE1_REFUSED").key)).toEqual([
      "2026-05-15",
      "2026-05-18",
      "2026-05-15",
      "2026-05-15",
    ]);
  });

  test("appendFirst returns the entry that stands", () => {
    const { ledger } = open();
    const first = ledger.appendFirst(waived("SPY"), "a");
    expect(ledger.appendFirst(waived("QQQ"), "a")).toEqual(first);
    expect(ledger.appendFirst(waived("QQQ"), "b").seq).toBe(2);
  });
});

describe("entries", () => {
  test("can be asked by kind, by range, newest first and up to a number", () => {
    const { ledger } = open();
    for (const symbol of ["A", "B", "C", "D"]) ledger.append(waived(symbol));
    ledger.append({
      kind: "RAW_WITHDRAWN",
      actor: "Ada",
      payload: { raw: "RAW-1", reason: "wrong" },
    });
    const seqs = (filter: Parameters<typeof ledger.entries>[0]) =>
      ledger.entries(filter).map(({ seq }) => seq);
    expect(seqs({ kinds: ["RAW_WITHDRAWN"] })).toEqual([5]);
    expect(seqs({ afterSeq: 1, throughSeq: 3 })).toEqual([2, 3]);
    expect(seqs({ newestFirst: true, limit: 2 })).toEqual([5, 4]);
    expect(seqs({ kinds: [] })).toEqual([]);
  });

  test("an entry of an unknown kind or form is not read past: nothing is decided on half a ledger", () => {
    const { database, ledger } = open();
    ledger.append(waived("SPY"));
    const add = database.prepare(
      "INSERT INTO ledger SELECT seq + 1, recorded_at, ?, market, actor, ?, prev_hash, hash FROM ledger",
    );
    const codeOf = (kind: string, payload: string) => {
      database.exec("SAVEPOINT probe");
      add.run(kind, payload);
      try {
        ledger.entries();
        return "read";
      } catch (cause) {
        return cause instanceof MeridianError ? `${cause.code}: ${cause.message}` : "another error";
      } finally {
        database.exec("ROLLBACK TO probe; RELEASE probe");
      }
    };
    expect(codeOf("ORDER_PLACED", "{}")).toMatch(
      /^LEDGER_BROKEN: row 2 .* unknown kind "ORDER_PLACED"/,
    );
    expect(codeOf("SESSION_WAIVED", "{}")).toMatch(/^LEDGER_BROKEN: row 2 .* no SESSION_WAIVED/);
    expect(codeOf("SESSION_WAIVED", "{")).toMatch(/^LEDGER_BROKEN: row 2 .* no JSON/);
  });

  test("payloadOf gives a payload in its own type and refuses another kind", () => {
    const { ledger } = open();
    const entry = ledger.append(waived("SPY"));
    expect(payloadOf(entry, "SESSION_WAIVED").symbol).toBe("SPY");
    expect(() => payloadOf(entry, "RAW_WITHDRAWN")).toThrow("no RAW_WITHDRAWN");
  });
});

describe("the table", () => {
  test("refuses to change, remove or replace a row", () => {
    const { database, ledger } = open();
    ledger.append(waived("SPY"));
    const all = "seq, recorded_at, kind, market, actor, payload, prev_hash, hash";
    for (const statement of [
      "UPDATE ledger SET actor = 'Eve'",
      "UPDATE ledger SET seq = 9",
      "DELETE FROM ledger",
      `INSERT OR REPLACE INTO ledger (${all}) SELECT ${all} FROM ledger`,
      `REPLACE INTO ledger (${all}) SELECT 1, 'x', 'x', 'x', 'x', 'x', 'x', 'x'`,
    ]) {
      expect(() => database.exec(statement), statement).toThrow("append-only");
    }
    expect(verifyLedger(database).ok).toBe(true);
  });

  test("a ledger that lost its triggers is not given them back in silence", () => {
    const { database } = open();
    expect(verifyLedger(database).missingTriggers).toEqual([]);
    database.exec("DROP TRIGGER ledger_refuses_update");
    openLedger(database, "us", fixedClock(START));
    expect(verifyLedger(database)).toMatchObject({
      ok: true,
      missingTriggers: ["ledger_refuses_update"],
    });
  });
});
