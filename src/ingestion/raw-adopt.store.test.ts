/** Bodies that grew in the raw folder piece by piece: their receipts, and what a recovery leaves alone. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EpochMs } from "#core/clock.ts";
import { sha256Hex } from "#platform/digest.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { type Adoption, openRawStore } from "./raw-store.ts";

const START = Date.UTC(2026, 5, 12, 10) as EpochMs;
const PATH = "2026-06-12/ticks/20260612T033000000Z-7-0001.ticks";
const newFolder = temporaryFolders();

function open(folder: string) {
  const workspace = workspaceAt(folder);
  const database = openStateStore(workspace.statePath("india"));
  const store = openRawStore({ workspace, market: "india", database, clock: fixedClock(START) });
  return { workspace, database, store, rawDir: workspace.rawDir("india") };
}

function writeBody(rawDir: string, text: string, path = PATH): void {
  const file = join(rawDir, ...path.split("/"));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function adoption(change: Partial<Adoption> = {}): Adoption {
  return {
    kind: "ticks",
    source: "smartapi",
    synthetic: false,
    endpoint: { name: "smart-stream", params: { session: "2026-06-12" } },
    symbol: null,
    fetchedAt: START,
    format: "ticks",
    path: PATH,
    rows: 3,
    newestSession: null,
    ...change,
  };
}

describe("adopt", () => {
  test("gives a body that lies there a receipt, and leaves its bytes where they are", () => {
    const { store, rawDir } = open(newFolder());
    writeBody(rawDir, "many frames");
    expect(store.listUnadopted("ticks")).toEqual([PATH]);
    const { receipt, outcome } = store.adopt(adoption());
    expect(outcome).toBe("stored");
    expect(receipt).toMatchObject({
      kind: "ticks",
      format: "ticks",
      body: PATH,
      sha256: sha256Hex("many frames"),
      bytes: 11,
      rows: 3,
      fetchedAt: "2026-06-12T10:00:00.000Z",
    });
    expect(store.listUnadopted("ticks")).toEqual([]);
    expect(store.bodyPath(receipt)).toBe(join(rawDir, ...PATH.split("/")));
    expect(readFileSync(store.bodyPath(receipt), "utf8")).toBe("many frames");
    expect(store.receipts({ kinds: ["ticks"] }).map(({ id }) => id)).toEqual([receipt.id]);
  });

  test("a second time finds the receipt of the first", () => {
    const { store, rawDir } = open(newFolder());
    writeBody(rawDir, "many frames");
    const first = store.adopt(adoption());
    expect(store.adopt(adoption())).toMatchObject({ receipt: first.receipt, outcome: "known" });
    expect(store.receipts()).toHaveLength(1);
  });

  test("survives the loss of the state file, with the body in the folder of an earlier day", () => {
    const folder = newFolder();
    const opened = open(folder);
    writeBody(opened.rawDir, "many frames");
    const late = adoption({ fetchedAt: (START + 86_400_000) as EpochMs });
    const { receipt } = opened.store.adopt(late);
    opened.database.close();
    rmSync(opened.workspace.stateDir, { recursive: true });
    const { store } = open(folder);
    store.recover();
    expect(store.find(receipt.id)).toMatchObject({ body: PATH });
    expect(store.listUnadopted("ticks")).toEqual([]);
    expect(store.adopt(late).outcome).toBe("known");
  });

  test("completes what a crash between meta and registry left", () => {
    const opened = open(newFolder());
    writeBody(opened.rawDir, "many frames");
    opened.database.exec(
      "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.raw_receipts BEGIN SELECT RAISE(ABORT, 'killed'); END",
    );
    expect(() => opened.store.adopt(adoption())).toThrow("killed");
    opened.database.exec("DROP TRIGGER temp.fails");
    opened.store.recover();
    expect(opened.store.receipts()).toHaveLength(1);
    expect(opened.store.adopt(adoption()).outcome).toBe("known");
  });

  test("refuses a body that is not there, and one of the other kind of data", () => {
    const { store, rawDir } = open(newFolder());
    expect(() => store.adopt(adoption())).toThrow(/0001\.ticks is missing/);
    writeBody(rawDir, "many frames");
    expect(() => store.adopt(adoption({ synthetic: true }))).toThrow(/vendor data/);
  });
});

describe("recover", () => {
  test("leaves a tick log without a receipt alone, that of a stream that runs or died", () => {
    const { store, rawDir, database } = open(newFolder());
    writeBody(rawDir, "growing");
    writeBody(rawDir, "an orphan", "2026-06-12/minutes/INFY.0.json");
    store.recover();
    const known = database.prepare("SELECT path FROM raw_bodies").all();
    expect(known).toEqual([{ path: "2026-06-12/minutes/INFY.0.json" }]);
    expect(existsSync(join(rawDir, ...PATH.split("/")))).toBe(true);
    writeBody(rawDir, "growing on");
    store.recover();
    expect(store.listUnadopted("ticks")).toEqual([PATH]);
  });
});
