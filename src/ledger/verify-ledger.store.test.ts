/**
 * Verification against tampering with the stored rows, triggers dropped: what every single kind of it is
 * called, and by property that none goes unnoticed.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import type { EpochMs } from "#core/clock.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { GENESIS_HASH, addRowTo, rowHash, textValue } from "./ledger-row.ts";
import { openLedger } from "./ledger-store.ts";
import { readStoredRows } from "./ledger-table-store.ts";
import { verifyLedger } from "./verify-ledger-store.ts";

const START = Date.UTC(2026, 4, 18, 21) as EpochMs;
const COLUMNS = ["recorded_at", "kind", "market", "actor", "payload", "prev_hash", "hash"] as const;
const ALL = ["seq", ...COLUMNS].join(", ");

/** A ledger with so many rows, and no trigger between it and the tamperer. */
function ledgerOf(rows: number): { database: DatabaseSync; heads: string[] } {
  const database = openStateStore(":memory:");
  const ledger = openLedger(database, "us", fixedClock(START));
  const heads = [GENESIS_HASH];
  for (let row = 1; row <= rows; row++) {
    const payload = { raw: `RAW-${row}`, reason: `reason ${row % 3}` };
    heads.push(ledger.append({ kind: "RAW_WITHDRAWN", actor: "Ada", payload }).hash);
  }
  for (const name of ["update", "delete", "replace"]) {
    database.exec(`DROP TRIGGER ledger_refuses_${name}`);
  }
  return { database, heads };
}

function swapRows(database: DatabaseSync, one: number, other: number): void {
  const move = database.prepare("UPDATE ledger SET seq = ? WHERE seq = ?");
  move.run(1_000_000, one);
  move.run(one, other);
  move.run(other, 1_000_000);
}

/** Makes room at a place by pushing all later rows on, from the last. */
function pushOn(database: DatabaseSync, from: number, by: number): void {
  const seqs = database
    .prepare("SELECT seq FROM ledger WHERE seq >= ? ORDER BY seq DESC")
    .all(from);
  const move = database.prepare("UPDATE ledger SET seq = ? WHERE seq = ?");
  for (const row of by > 0 ? seqs : seqs.reverse()) {
    const seq = Number(row["seq"]);
    move.run(seq + by, seq);
  }
}

/** Gives a row the hash that fits what it now says, as a tamperer who knows the format would. */
function rehash(database: DatabaseSync, seq: number): void {
  const row = database.prepare(`SELECT ${ALL} FROM ledger WHERE seq = ?`).get(seq) ?? {};
  const value = (column: string) => textValue(String(row[column]));
  const hash = rowHash(
    {
      recorded_at: value("recorded_at"),
      kind: value("kind"),
      market: value("market"),
      actor: value("actor"),
      payload: value("payload"),
      prev_hash: value("prev_hash"),
    },
    seq,
  );
  database.prepare("UPDATE ledger SET hash = ? WHERE seq = ?").run(hash, seq);
}

function setColumn(
  database: DatabaseSync,
  seq: number,
  column: string,
  value: SQLInputValue,
): void {
  database.prepare(`UPDATE ledger SET ${column} = ? WHERE seq = ?`).run(value, seq);
}

function insertCopy(database: DatabaseSync, seq: number, of: number): void {
  database
    .prepare(`INSERT INTO ledger SELECT ?, ${COLUMNS.join(", ")} FROM ledger WHERE seq = ?`)
    .run(seq, of);
}

describe("an untouched ledger", () => {
  test("holds, and contains each of its former heads", () => {
    const { database, heads } = ledgerOf(5);
    expect(verifyLedger(database)).toMatchObject({
      ok: true,
      rows: 5,
      broken: null,
      keptHead: null,
    });
    for (const [seq, head] of heads.entries()) {
      expect(verifyLedger(database, { head })).toMatchObject({
        ok: true,
        keptHead: { hash: head, seq },
      });
    }
    expect(verifyLedger(database, { head: ` ${heads[3]?.toUpperCase()}\n` }).keptHead?.seq).toBe(3);
  });

  test("is empty at first, which no head but the genesis hash agrees with", () => {
    const { database } = ledgerOf(0);
    expect(verifyLedger(database)).toMatchObject({ ok: true, rows: 0 });
    const broken = verifyLedger(database, { head: "ab".repeat(32) });
    expect(broken).toMatchObject({ ok: false, broken: { seq: 1, how: "tail_cut" } });
  });

  test("a state file without a ledger does not verify", () => {
    expect(verifyLedger(openStateStore(":memory:"))).toMatchObject({
      ok: false,
      broken: { how: "unreadable" },
    });
  });
});

describe("tampering is named by the first row it breaks", () => {
  const cases: [string, (database: DatabaseSync) => void, { seq: number; how: string }][] = [
    ...COLUMNS.map(
      (column): [string, (database: DatabaseSync) => void, { seq: number; how: string }] => [
        `a changed ${column}`,
        (database) => setColumn(database, 4, column, "changed"),
        { seq: 4, how: "changed" },
      ],
    ),
    [
      "the same bytes stored as a blob",
      (database) =>
        database.exec("UPDATE ledger SET payload = CAST(payload AS BLOB) WHERE seq = 4"),
      { seq: 4, how: "changed" },
    ],
    [
      "a byte after a NUL, which many readers stop at",
      (database) =>
        database.exec("UPDATE ledger SET actor = actor || char(0) || 'x' WHERE seq = 4"),
      { seq: 4, how: "changed" },
    ],
    [
      "two kinds of broken UTF-8 for one another",
      (database) => {
        database.exec("UPDATE ledger SET actor = CAST(x'ff' AS TEXT) WHERE seq = 4");
        rehash(database, 4);
        database.exec("UPDATE ledger SET actor = CAST(x'fe' AS TEXT) WHERE seq = 4");
      },
      { seq: 4, how: "changed" },
    ],
    [
      "a changed row with a hash that fits it again",
      (database) => {
        setColumn(database, 4, "actor", "Eve");
        rehash(database, 4);
      },
      { seq: 4, how: "changed" },
    ],
    [
      "a removed row",
      (database) => database.exec("DELETE FROM ledger WHERE seq = 4"),
      { seq: 4, how: "removed" },
    ],
    [
      "a removed first row",
      (database) => database.exec("DELETE FROM ledger WHERE seq = 1"),
      { seq: 1, how: "removed" },
    ],
    [
      "a removed row whose gap was closed",
      (database) => {
        database.exec("DELETE FROM ledger WHERE seq = 4");
        pushOn(database, 5, -1);
      },
      { seq: 4, how: "removed" },
    ],
    ["two swapped rows", (database) => swapRows(database, 3, 7), { seq: 3, how: "swapped" }],
    ["two swapped neighbours", (database) => swapRows(database, 4, 5), { seq: 4, how: "swapped" }],
    [
      "a row inserted in the middle",
      (database) => {
        pushOn(database, 4, 1);
        insertCopy(database, 4, 2);
        setColumn(database, 4, "actor", "Eve");
      },
      { seq: 4, how: "inserted" },
    ],
    [
      "a row inserted in the middle that continues the chain",
      (database) => {
        pushOn(database, 4, 1);
        insertCopy(database, 4, 2);
        database.exec(
          "UPDATE ledger SET prev_hash = (SELECT hash FROM ledger WHERE seq = 3) WHERE seq = 4",
        );
        rehash(database, 4);
      },
      { seq: 4, how: "inserted" },
    ],
    [
      "a row inserted before the first",
      (database) => insertCopy(database, 0, 1),
      { seq: 0, how: "inserted" },
    ],
    [
      "a copied row at the end",
      (database) => insertCopy(database, 9, 2),
      { seq: 9, how: "inserted" },
    ],
    [
      "a strange row at the end",
      (database) => {
        insertCopy(database, 9, 2);
        setColumn(database, 9, "actor", "Eve");
      },
      { seq: 9, how: "inserted" },
    ],
  ];

  test.each(cases)("%s", (_title, tamper, expected) => {
    const { database, heads } = ledgerOf(8);
    tamper(database);
    const verified = verifyLedger(database, { head: heads[2] });
    expect(verified.ok).toBe(false);
    expect({ seq: verified.broken?.seq, how: verified.broken?.how }).toEqual(expected);
    expect(verified.broken?.says).toContain(String(expected.seq));
    // The head kept at row 2 proves what lies before the break, where it does lie before it.
    expect(verified.keptHead?.seq).toBe(expected.seq > 2 ? 2 : null);
  });

  test("a cut tail is found with a kept head and only with it", () => {
    const { database, heads } = ledgerOf(8);
    database.exec("DELETE FROM ledger WHERE seq > 6");
    expect(verifyLedger(database).ok).toBe(true);
    expect(verifyLedger(database, { head: heads[6] }).ok).toBe(true);
    expect(verifyLedger(database, { head: heads[8] })).toMatchObject({
      ok: false,
      broken: { seq: 7, how: "tail_cut" },
      keptHead: { seq: null },
    });
  });

  test("a file whose pages do not fit together is reported, not thrown", () => {
    const folder = mkdtempSync(join(tmpdir(), "ledger-"));
    const path = join(folder, "us.sqlite");
    const writer = openStateStore(path);
    openLedger(writer, "us", fixedClock(START)).append({
      kind: "RAW_WITHDRAWN",
      actor: "Ada",
      payload: { raw: "RAW-1", reason: "r" },
    });
    writer.close();
    const bytes = readFileSync(path);
    const pageSize = bytes.readUInt16BE(16);
    // The second page is the table's root; the first, with the schema, stays whole.
    writeFileSync(path, bytes.fill(0xa5, pageSize, 2 * pageSize));
    const reader = new DatabaseSync(path, { readOnly: true });
    expect(verifyLedger(reader)).toMatchObject({ ok: false, broken: { how: "unreadable" } });
    reader.close();
    rmSync(folder, { recursive: true });
  });
});

describe("a re-anchored chain", () => {
  /** Begins a new segment as a decision will: it seals the rows before it as they lie there. */
  function reanchor(database: DatabaseSync, brokenSeq: number, fault: string): void {
    const digest = createHash("sha256");
    let lastSeq = 0;
    for (const row of readStoredRows(database)) {
      addRowTo(digest, row);
      lastSeq = row.seq;
    }
    const sealed = digest.digest("hex");
    const payload = { brokenSeq, fault, says: "found", brokenDigest: sealed, decision: "D-7" };
    database
      .prepare(
        `INSERT INTO ledger (${ALL}) VALUES (?, 'T', 'SEGMENT_REANCHORED', 'us', 'Ada', ?, ?, '')`,
      )
      .run(lastSeq + 1, canonicalJson(payload), sealed);
    rehash(database, lastSeq + 1);
  }

  test("holds again and names the break for ever, also after later entries", () => {
    const { database } = ledgerOf(6);
    setColumn(database, 4, "actor", "Eve");
    reanchor(database, 4, "changed");
    const ledger = openLedger(database, "us", fixedClock(START));
    ledger.append({ kind: "RAW_WITHDRAWN", actor: "Ada", payload: { raw: "RAW-9", reason: "r" } });
    expect(verifyLedger(database, { head: ledger.head().hash })).toMatchObject({
      ok: true,
      rows: 8,
      reanchored: [{ seq: 7, brokenSeq: 4, fault: "changed", decision: "D-7" }],
      keptHead: { seq: 8 },
    });
    setColumn(database, 8, "actor", "Eve");
    expect(verifyLedger(database).broken).toMatchObject({ seq: 8, how: "changed" });
  });

  test("is broken again by any further change before the new segment", () => {
    for (const seq of [2, 4, 6]) {
      const { database } = ledgerOf(6);
      setColumn(database, 4, "actor", "Eve");
      reanchor(database, 4, "changed");
      setColumn(database, seq, "payload", "{}");
      expect(verifyLedger(database).ok, `row ${seq}`).toBe(false);
    }
  });

  test("does not hold when the new segment names another row than the broken one", () => {
    const { database } = ledgerOf(6);
    setColumn(database, 4, "actor", "Eve");
    reanchor(database, 5, "changed");
    expect(verifyLedger(database).broken).toMatchObject({ seq: 4, how: "changed" });
  });

  test("a new segment may also follow a cut tail", () => {
    const { database } = ledgerOf(6);
    reanchor(database, 7, "tail_cut");
    expect(verifyLedger(database)).toMatchObject({
      ok: true,
      reanchored: [{ seq: 7, fault: "tail_cut" }],
    });
  });
});

describe("by property", () => {
  type Tamper = { title: string; apply: (database: DatabaseSync) => void };
  const ROWS = 12;
  const place = fc.integer({ min: 1, max: ROWS });
  const words = fc.oneof(fc.string(), fc.constantFrom("", "us", "Ada", "{}", GENESIS_HASH, "0"));
  const value: fc.Arbitrary<SQLInputValue> = fc.oneof(
    words,
    fc.uint8Array({ maxLength: 40 }),
    fc.integer(),
    fc.double({ noNaN: true }),
  );
  const tampers: fc.Arbitrary<Tamper> = fc.oneof(
    fc
      .tuple(place, fc.constantFrom(...COLUMNS), value, fc.boolean())
      .map(([seq, column, changed, fits]): Tamper => ({
        title: `set ${column} of ${seq}${fits ? " and rehash" : ""}`,
        apply: (database) => {
          setColumn(database, seq, column, changed);
          if (fits) rehash(database, seq);
        },
      })),
    place.map((seq): Tamper => ({
      title: `remove ${seq}`,
      apply: (database) => database.exec(`DELETE FROM ledger WHERE seq = ${seq}`),
    })),
    place.map((seq): Tamper => ({
      title: `remove ${seq} and close the gap`,
      apply: (database) => {
        database.exec(`DELETE FROM ledger WHERE seq = ${seq}`);
        pushOn(database, seq + 1, -1);
      },
    })),
    fc.tuple(place, place).map(([one, other]): Tamper => ({
      title: `swap ${one} and ${other}`,
      apply: (database) => swapRows(database, one, other),
    })),
    fc.tuple(place, place, fc.boolean()).map(([seq, of, fits]): Tamper => ({
      title: `insert a copy of ${of} at ${seq}${fits ? " and rehash" : ""}`,
      apply: (database) => {
        insertCopy(database, 999, of);
        pushOn(database, seq, 1);
        database.prepare("UPDATE ledger SET seq = ? WHERE seq = 1000").run(seq);
        if (fits) rehash(database, seq);
      },
    })),
  );

  const rowTexts = (database: DatabaseSync) =>
    [...readStoredRows(database)].map((row) => {
      const digest = createHash("sha256");
      addRowTo(digest, row);
      return digest.digest("hex");
    });

  const contentOf = (database: DatabaseSync) => {
    const digest = createHash("sha256");
    for (const row of readStoredRows(database)) addRowTo(digest, row);
    return digest.digest("hex");
  };

  test("with a kept head, no tampering goes unnoticed", () => {
    fc.assert(
      fc.property(fc.array(tampers, { minLength: 1, maxLength: 3 }), (steps) => {
        const { database, heads } = ledgerOf(ROWS);
        const untouched = contentOf(database);
        for (const step of steps) step.apply(database);
        const isTouched = contentOf(database) !== untouched;
        expect(verifyLedger(database, { head: heads[ROWS] }).ok).toBe(!isTouched);
        database.close();
      }),
      { seed: testSeed(), numRuns: testCount(200, 10_000) },
    );
  });

  test("a break is named no later than one row after the first that differs", () => {
    fc.assert(
      fc.property(tampers, (step) => {
        const { database } = ledgerOf(ROWS);
        const before = rowTexts(database);
        step.apply(database);
        const after = rowTexts(database);
        const firstDifferent = before.findIndex((text, index) => text !== after[index]) + 1;
        const { broken } = verifyLedger(database);
        // Only at the end can a row be changed so that nothing but a kept head tells.
        if (broken === null) expect([0, ROWS]).toContain(firstDifferent);
        else
          expect(broken.seq).toBeLessThanOrEqual(
            firstDifferent === 0 ? ROWS + 1 : firstDifferent + 1,
          );
        database.close();
      }),
      { seed: testSeed(), numRuns: testCount(100, 5000) },
    );
  });
});
