/** Transactions of the state files: whole or absent, and never lost to another process. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { testCount } from "../../tests/support/depth.ts";
import { startScript } from "./child-script.testing.ts";
import { inTransaction, openStateStore } from "./state-store.ts";
import { temporaryFolders } from "./temporary-folder.testing.ts";

const makeFolder = temporaryFolders();

function openCounter(path: string): DatabaseSync {
  const database = openStateStore(path);
  database.exec("CREATE TABLE IF NOT EXISTS counter (n INTEGER NOT NULL)");
  return database;
}

const rowsOf = (database: DatabaseSync): unknown[] =>
  database
    .prepare("SELECT n FROM counter")
    .all()
    .map((row) => row["n"]);

const COUNT_UP = `
import { inTransaction, openStateStore } from "#platform/state-store.ts";
const [path, times] = process.argv.slice(-2);
const database = openStateStore(path);
for (let step = 0; step < Number(times); step++) {
  inTransaction(database, () => {
    const { n } = database.prepare("SELECT n FROM counter").get();
    database.prepare("UPDATE counter SET n = ?").run(n + 1);
  });
}
console.log("done");`;

describe("a transaction", () => {
  test("shows its writes to others only when it ends", () => {
    const path = join(makeFolder(), "deep", "us.sqlite");
    const writer = openCounter(path);
    const reader = openStateStore(path);
    inTransaction(writer, () => {
      writer.exec("INSERT INTO counter VALUES (1)");
      expect(rowsOf(reader)).toEqual([]);
    });
    expect(rowsOf(reader)).toEqual([1]);
    writer.close();
    reader.close();
  });

  test("that throws leaves nothing behind and throws on", () => {
    const database = openCounter(":memory:");
    const cause = new Error("a bug");
    const work = (): never => {
      database.exec("INSERT INTO counter VALUES (1)");
      throw cause;
    };
    expect(() => inTransaction(database, work)).toThrow(cause);
    expect(rowsOf(database)).toEqual([]);
    expect(database.isTransaction).toBe(false);
    database.close();
  });

  test("inside another joins it: both are kept or both are lost", () => {
    const database = openCounter(":memory:");
    const insert = (n: number) =>
      inTransaction(database, () => database.exec(`INSERT INTO counter VALUES (${n})`));
    const both = (fails: boolean) =>
      inTransaction(database, () => {
        insert(1);
        if (fails) throw new Error("after the inner one");
        insert(2);
        return "both";
      });
    expect(() => both(true)).toThrow("after the inner one");
    expect(rowsOf(database)).toEqual([]);
    expect(both(false)).toBe("both");
    expect(rowsOf(database)).toEqual([1, 2]);
    database.close();
  });

  test("of one process never loses the write of another", async () => {
    const path = join(makeFolder(), "us.sqlite");
    const database = openCounter(path);
    database.exec("INSERT INTO counter VALUES (0)");
    const times = 25;
    const writers = [1, 2].map(() => startScript(COUNT_UP, { args: [path, String(times)] }));
    for (const writer of writers) expect(await writer.firstLine).toBe("done");
    await Promise.all(writers.map((writer) => writer.ended));
    expect(rowsOf(database)).toEqual([2 * times]);
    database.close();
  });
});

describe("an error of the store", () => {
  test("names a file that another process holds too long", () => {
    const path = join(makeFolder(), "us.sqlite");
    const holder = openCounter(path);
    // Waiting five seconds for this would prove nothing more.
    const late = new DatabaseSync(path, { timeout: 1 });
    holder.exec("BEGIN IMMEDIATE");
    expect(() => inTransaction(late, () => undefined)).toThrow(
      expect.objectContaining({ code: "STORE_BUSY", facts: { file: "us.sqlite" } }),
    );
    holder.exec("ROLLBACK");
    late.close();
    holder.close();
  });

  test("names a full disk", () => {
    const path = join(makeFolder(), "us.sqlite");
    const database = openCounter(path);
    database.exec("PRAGMA max_page_count = 4");
    const fill = () =>
      inTransaction(database, () => {
        database.exec("CREATE TABLE big AS SELECT randomblob(100000) AS bytes");
      });
    expect(fill).toThrow(expect.objectContaining({ code: "DISK_FULL" }));
    expect(rowsOf(database)).toEqual([]);
    database.close();
  });

  test("of wrong SQL is handed on as it is", () => {
    const database = openCounter(":memory:");
    expect(() =>
      inTransaction(database, () => database.exec("SELECT absent FROM counter")),
    ).toThrow("no such column");
    database.close();
  });
});

test("state files keep a write-ahead log and sync every transaction", () => {
  const database = openCounter(join(makeFolder(), "us.sqlite"));
  expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
  expect(database.prepare("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
  database.close();
});

/** Makes the same new files at the same instants as others do. */
const MAKE_FILES = `
import { openStateStore } from "#platform/state-store.ts";
const [folder, startMs, count] = process.argv.slice(-3);
for (let file = 0; file < Number(count); file++) {
  while (Date.now() < Number(startMs) + file * 30);
  openStateStore(folder + "/" + file + ".sqlite").close();
}
console.log("done");`;
/** Three processes need so long to begin. */
const START_MS = 700;

test("a new state file can be made by several processes at once", async () => {
  const folder = makeFolder();
  const startMs = Temporal.Now.instant().epochMilliseconds + START_MS;
  const args = [folder, String(startMs), String(testCount(15, 100))];
  const makers = [1, 2, 3].map(() => startScript(MAKE_FILES, { args }));
  expect(await Promise.all(makers.map((maker) => maker.firstLine))).toEqual([
    "done",
    "done",
    "done",
  ]);
});
