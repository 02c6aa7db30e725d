/** Parts read back exactly as they were written, by a reader that shares nothing with the writer. */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatDecimalUnits } from "#core/price.ts";
import { dateOfDayNumber } from "#core/session-date.ts";
import { sha256Hex } from "#platform/digest.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { NULL_DAY, type PartColumn } from "./column-chunk-store.ts";
import { type DuckDbSession, openDuckDb } from "./duckdb-store.ts";
import { createPartWriter, partSize } from "./part-store.ts";
import { describeParquet, queryParquet } from "./read-parquet.testing.ts";

const makeFolder = temporaryFolders();
const VECTOR_ROWS = 2048;

/** A column of cells as the writer takes it, and as text a reader must give back. */
type Case = {
  readonly column: PartColumn;
  readonly expected: readonly (string | boolean | number | null)[];
};

/** Fills cells by row, so that a counterexample of many rows stays small. */
const columnKinds: readonly ((
  name: string,
  rows: number,
  seedOf: (row: number) => number,
) => Case)[] = [
  (name, rows, seedOf) => {
    const names = Math.max(1, Math.abs(seedOf(0)) % 600);
    const dictionary = Array.from({ length: names }, (_, one) => `S'${one}é"`);
    const codes = Uint16Array.from({ length: rows }, (_, row) => Math.abs(seedOf(row)) % names);
    const expected = [...codes].map((code) => dictionary[code] ?? "");
    return { column: { name, kind: "text", codes, dictionary }, expected };
  },
  (name, rows, seedOf) => {
    const dayOf = (row: number) => (seedOf(row) % 5 === 0 ? NULL_DAY : (seedOf(row) % 40_000) | 0);
    const cells = Int32Array.from({ length: rows }, (_, row) => dayOf(row));
    const expected = [...cells].map((day) => (day === NULL_DAY ? null : dateOfDayNumber(day)));
    return { column: { name, kind: "day", cells }, expected };
  },
  (name, rows, seedOf) => {
    const cells = Int32Array.from({ length: rows }, (_, row) => seedOf(row) | 0);
    return { column: { name, kind: "int32", cells }, expected: [...cells].map(String) };
  },
  (name, rows, seedOf) => {
    const cells = Uint8Array.from({ length: rows }, (_, row) => Math.abs(seedOf(row)) % 2);
    return {
      column: { name, kind: "boolean", cells },
      expected: [...cells].map((one) => one === 1),
    };
  },
  (name, rows, seedOf) => {
    const cells = integers(rows, seedOf);
    const expected = [...cells].map((one) =>
      Number.isNaN(one) ? null : formatDecimalUnits(one, 4),
    );
    return { column: { name, kind: "int64", decimals: 4, cells }, expected };
  },
  (name, rows, seedOf) => {
    const cells = integers(rows, seedOf);
    const expected = [...cells].map((one) => (Number.isNaN(one) ? null : String(one)));
    return { column: { name, kind: "int64", cells }, expected };
  },
  (name, rows, seedOf) => {
    const msOf = (row: number) =>
      seedOf(row) % 3 === 0 ? Number.NaN : Math.abs(seedOf(row)) * 977;
    const cells = Float64Array.from({ length: rows }, (_, row) => msOf(row));
    const expected = [...cells].map((ms) => (Number.isNaN(ms) ? null : String(ms * 1000)));
    return { column: { name, kind: "instant", cells }, expected };
  },
  (name, rows, seedOf) => {
    const cells = doubles(rows, seedOf);
    const expected = [...cells].map((one) => (Number.isNaN(one) ? null : one));
    return { column: { name, kind: "double", cells }, expected };
  },
];

/** Numbers that have no short decimal form, extremes, and NULL. */
function doubles(rows: number, seedOf: (row: number) => number): Float64Array {
  const extremes = [0, Number.NaN, -0, Number.MIN_VALUE, -Number.MAX_VALUE, Number.EPSILON, 0.1];
  return Float64Array.from({ length: rows }, (_, row) => {
    const seed = seedOf(row);
    return extremes[Math.abs(seed) % 10] ?? seed / 7;
  });
}

/** Extremes of both signs, NULL, and everything between. */
function integers(rows: number, seedOf: (row: number) => number): Float64Array {
  const extremes = [0, Number.NaN, 1e15, -1e15, 4_294_967_295, -4_294_967_296, 2_147_483_648, -1];
  return Float64Array.from({ length: rows }, (_, row) => {
    const seed = seedOf(row);
    return extremes[Math.abs(seed) % 11] ?? seed * 4_000_037;
  });
}

const rowCount = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.constantFrom(VECTOR_ROWS - 1, VECTOR_ROWS, VECTOR_ROWS + 1, 2 * VECTOR_ROWS + 65),
);
const table = fc.record({
  rows: rowCount,
  kinds: fc.array(fc.nat({ max: columnKinds.length - 1 }), { minLength: 1, maxLength: 7 }),
  seeds: fc.array(fc.integer(), { minLength: 1, maxLength: 9 }),
});

/** The columns that a table's few numbers stand for. */
function casesOf({
  rows,
  kinds,
  seeds,
}: {
  rows: number;
  kinds: number[];
  seeds: number[];
}): Case[] {
  return kinds.flatMap((kind, index) => {
    const seedOf = (row: number) =>
      ((seeds[row % seeds.length] ?? 0) + row * 7919 + index * 104_729) | 0;
    const made = columnKinds[kind]?.(`c${index}`, rows, seedOf);
    return made === undefined ? [] : [made];
  });
}

describe("a part", () => {
  let session: DuckDbSession;
  let root: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "meridian-part-"));
    session = await openDuckDb({ folders: [root], temporaryDir: join(root, "tmp") });
  });
  afterAll(() => {
    session.close();
    rmSync(root, { recursive: true });
  });

  test("of any columns, NULLs and sizes reads back exactly", async () => {
    const writer = createPartWriter(session, root);
    await fc.assert(
      fc.asyncProperty(table, async (about) => {
        const { rows } = about;
        const cases = casesOf(about);
        const columns = cases.map(({ column }) => column);
        const filled = await writer.fill("prices", columns, rows);
        const part = await filled.write();
        const list = columns
          .map(({ name, kind }) =>
            kind === "instant"
              ? `epoch_us("${name}")::VARCHAR AS "${name}"`
              : kind === "boolean" || kind === "double"
                ? `"${name}"`
                : `"${name}"::VARCHAR AS "${name}"`,
          )
          .join(", ");
        const read = await queryParquet(
          [join(root, part.path)],
          (from) => `SELECT ${list} FROM ${from}`,
        );
        for (const { column, expected } of cases) {
          expect(read.map((row) => row[column.name])).toEqual(expected);
        }
        expect(part.rows).toBe(rows);
      }),
      { numRuns: testCount(25, 500), seed: testSeed() },
    );
  });

  test("in which no column has two values is written all the same", async () => {
    const writer = createPartWriter(session, root);
    const dictionary = ["raw"];
    const columns: PartColumn[] = [
      { name: "asof", kind: "day", cells: Int32Array.of(NULL_DAY, NULL_DAY) },
      { name: "basis", kind: "text", codes: Uint16Array.of(0, 0), dictionary },
    ];
    const part = await (await writer.fill("prices", columns, 2)).write();
    const read = await queryParquet([join(root, part.path)], (from) => `SELECT * FROM ${from}`);
    expect(read).toEqual([
      { asof: null, basis: "raw" },
      { asof: null, basis: "raw" },
    ]);
  });

  test("is named by the digest of its bytes, so equal parts are one file", async () => {
    const writer = createPartWriter(session, root);
    const cells = Int32Array.from({ length: 10 }, (_, row) => row);
    const write = async () =>
      (await writer.fill("same", [{ name: "a", kind: "int32", cells }], 10)).write();
    const first = await write();
    const fileOf = (path: string) => statSync(join(root, path)).ino;
    const file = fileOf(first.path);
    const second = await write();
    expect(second).toEqual(first);
    expect(fileOf(second.path)).toBe(file);
    writeFileSync(join(root, first.path), "damaged");
    await write();
    expect(sha256Hex(readFileSync(join(root, first.path)))).toBe(first.sha256);
    expect(first.path).toBe(`same/${first.sha256.slice(0, 16)}.parquet`);
    expect(readdirSync(join(root, "same"))).toHaveLength(1);
    expect(partSize(root, first.path)).toBeGreaterThan(0);
    expect(partSize(root, "same/absent.parquet")).toBeUndefined();
  });

  test("may be filled again while the one before is written", async () => {
    const writer = createPartWriter(session, root);
    const cells = new Float64Array(100_000).map((_, row) => row);
    const columns: PartColumn[] = [{ name: "a", kind: "int64", cells }];
    const first = (await writer.fill("two", columns, cells.length)).write();
    cells.fill(7);
    const second = (await writer.fill("two", columns, cells.length)).write();
    const sumOf = async (path: string) =>
      (
        await queryParquet([join(root, path)], (from) => `SELECT sum(a)::VARCHAR AS s FROM ${from}`)
      )[0]?.["s"];
    expect(await sumOf((await first).path)).toBe(String((100_000 * 99_999) / 2));
    expect(await sumOf((await second).path)).toBe("700000");
  });

  test("has plain types: text is no enumeration, prices are exact decimals", async () => {
    const writer = createPartWriter(session, root);
    const one = new Float64Array([1]);
    const filled = await writer.fill(
      "types",
      [
        { name: "symbol", kind: "text", codes: new Uint16Array(1), dictionary: ["SPY"] },
        { name: "session", kind: "day", cells: new Int32Array(1) },
        { name: "close", kind: "int64", decimals: 4, cells: one },
        { name: "volume", kind: "int64", cells: one },
        { name: "revision", kind: "int32", cells: new Int32Array(1) },
        { name: "known_at", kind: "instant", cells: one },
        { name: "incomplete", kind: "boolean", cells: new Uint8Array(1) },
        { name: "vwap", kind: "double", cells: one },
      ],
      1,
    );
    const part = await filled.write();
    expect(await describeParquet([join(root, part.path)])).toEqual([
      "symbol VARCHAR",
      "session DATE",
      "close DECIMAL(18,4)",
      "volume BIGINT",
      "revision INTEGER",
      "known_at TIMESTAMP WITH TIME ZONE",
      "incomplete BOOLEAN",
      "vwap DOUBLE",
    ]);
  });
});

test("a part that cannot be written leaves nothing behind", async () => {
  const root = makeFolder();
  const session = await openDuckDb({
    folders: [join(root, "allowed")],
    temporaryDir: join(root, "tmp"),
  });
  const writer = createPartWriter(session, join(root, "elsewhere"));
  const filled = await writer.fill(
    "x",
    [{ name: "a", kind: "int32", cells: new Int32Array(1) }],
    1,
  );
  await expect(filled.write()).rejects.toThrow();
  expect(
    existsSync(join(root, "elsewhere", "x")) && readdirSync(join(root, "elsewhere", "x")),
  ).toEqual([]);
  session.close();
});
