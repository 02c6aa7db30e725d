/**
 * Raw landing: what lies where, what is never stored twice, and that a crash at any step leaves what the
 * next run completes.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../tests/support/depth.ts";
import { rawReceiptSchema } from "#contracts/raw-receipt.ts";
import { must } from "#core/assert.ts";
import type { EpochMs } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import { seededRandom } from "#core/random.ts";
import { sessionDate } from "#core/session-date.ts";
import { TEMPORARY_SUFFIX } from "#platform/atomic-file.ts";
import { sha256Hex } from "#platform/digest.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { type Landing, openRawStore } from "./raw-store.ts";

const START = Date.UTC(2026, 4, 18, 21) as EpochMs;
const DAY_MS = 86_400_000;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "raw-"));
  folders.push(folder);
  return folder;
}

function open(folder = newFolder()) {
  const workspace = workspaceAt(folder);
  const database = openStateStore(workspace.statePath("us"));
  const store = openRawStore({ workspace, market: "us", database, clock: fixedClock(START) });
  const rawDir = workspace.rawDir("us");
  return { folder, workspace, database, store, rawDir };
}

function payload(text: string, change: Partial<Landing> = {}): Landing {
  return {
    kind: "daily",
    source: "alpha_vantage",
    synthetic: false,
    endpoint: { name: "TIME_SERIES_DAILY", params: { symbol: "IBM", datatype: "csv" } },
    symbol: "IBM",
    fetchedAt: START,
    format: "csv",
    bytes: new TextEncoder().encode(text),
    rows: 1,
    newestSession: sessionDate("2026-05-18"),
    ...change,
  };
}

/** All files below a folder, by path, with their bytes. */
function filesIn(folder: string): Map<string, string> {
  const names = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
    : [];
  const files = names.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(
    paths.map((path) => [
      path.slice(folder.length + 1).replaceAll("\\", "/"),
      readFileSync(path, "latin1"),
    ]),
  );
}

/** Every body once, every body of a receipt there, and the registry exactly what the metas say. */
function checkWhole({ store, rawDir }: ReturnType<typeof open>): void {
  const files = [...filesIn(rawDir)];
  const metas = files.filter(([path]) => path.endsWith(".meta.json"));
  const bodies = files.filter(([path]) => !path.endsWith(".meta.json"));
  const digests = bodies.map(([, bytes]) => sha256Hex(Buffer.from(bytes, "latin1")));
  expect(new Set(digests).size).toBe(digests.length);
  expect(files.some(([path]) => path.includes(TEMPORARY_SUFFIX))).toBe(false);
  const receipts = store.receipts();
  const onDisk = metas.map(([, text]) => rawReceiptSchema.parse(JSON.parse(text)).id);
  expect(receipts.map(({ id }) => id).sort()).toEqual(onDisk.sort());
  for (const receipt of receipts) {
    expect(sha256Hex(store.readBody(receipt))).toBe(receipt.sha256);
  }
}

function damageOf(work: () => unknown): MeridianError {
  try {
    work();
  } catch (cause) {
    if (cause instanceof MeridianError) return cause;
    throw cause;
  }
  throw new Error("nothing was reported");
}

describe("land", () => {
  test("keeps the bytes under date, kind, symbol and digest, with a meta beside them", () => {
    const opened = open();
    const { receipt, outcome } = opened.store.land(payload("a,b\n1,2\n"));
    const digest = sha256Hex("a,b\n1,2\n");
    expect(outcome).toBe("stored");
    expect(receipt.body).toBe(`2026-05-18/daily/IBM.${digest.slice(0, 12)}.csv`);
    const meta = `2026-05-18/daily/IBM.${digest.slice(0, 12)}.${receipt.id.slice(-8)}.meta.json`;
    const files = filesIn(opened.rawDir);
    expect([...files.keys()].sort()).toEqual([receipt.body, meta].sort());
    expect(files.get(receipt.body)).toBe("a,b\n1,2\n");
    expect(rawReceiptSchema.parse(JSON.parse(files.get(meta) ?? ""))).toEqual(receipt);
    expect(receipt).toMatchObject({
      sha256: digest,
      bytes: 8,
      fetchedAt: "2026-05-18T21:00:00.000Z",
    });
    expect(opened.store.receipts()).toEqual([{ ...receipt, seq: 1 }]);
    expect(opened.store.find(receipt.id)).toEqual({ ...receipt, seq: 1 });
    expect(opened.store.newestSeq()).toBe(1);
  });

  test("gives the same id to the same payload in any workspace", () => {
    const [one, other] = [open(), open()].map(({ store }) => store.land(payload("x")).receipt);
    expect(one).toEqual(other);
    expect(open().store.land(payload("y")).receipt.id).not.toBe(one?.id);
  });

  test("writes nothing at all for an answer that is known", () => {
    const opened = open();
    const first = opened.store.land(payload("x"));
    const before = filesIn(opened.rawDir);
    const later = { fetchedAt: (START + 2 * DAY_MS) as EpochMs };
    for (const newestSession of [sessionDate("2026-05-18"), sessionDate("2026-05-15"), null]) {
      const again = opened.store.land(payload("x", { ...later, newestSession }));
      expect(again).toEqual({ receipt: first.receipt, outcome: "known" });
    }
    expect(filesIn(opened.rawDir)).toEqual(before);
    expect(opened.store.newestSeq()).toBe(1);
  });

  test("the same bytes with a newer whole session, or for another question, get a receipt of their own", () => {
    const opened = open();
    const first = opened.store.land(payload("x")).receipt;
    const landings: Partial<Landing>[] = [
      { newestSession: sessionDate("2026-05-19"), fetchedAt: (START + DAY_MS) as EpochMs },
      { symbol: "QQQ", endpoint: { name: "TIME_SERIES_DAILY", params: { symbol: "QQQ" } } },
      { kind: "daily_adjusted" },
      { import: { fileName: "x.csv", basis: "split", basisAsof: null, instrumentClass: null } },
    ];
    for (const change of landings) {
      const { receipt, outcome } = opened.store.land(payload("x", change));
      expect(outcome).toBe("same_bytes");
      expect(receipt.body).toBe(first.body);
    }
    checkWhole(opened);
    expect(opened.store.newestSeq()).toBe(5);
  });

  test("a receipt without a whole session is outdone by one that has it", () => {
    const { store } = open();
    expect(store.land(payload("x", { newestSession: null })).outcome).toBe("stored");
    expect(store.land(payload("x", { newestSession: null })).outcome).toBe("known");
    expect(store.land(payload("x")).outcome).toBe("same_bytes");
    expect(store.land(payload("x", { newestSession: null })).outcome).toBe("known");
  });

  test("names that Windows cannot hold, or holds to be equal, become names that it keeps apart", () => {
    const opened = open();
    const symbols = ["CON", "PRN", "-P-HIZ", "AEGN:BAT", "brk.b", "BRK.B", "_market", "../up", "Ä"];
    for (const symbol of symbols) opened.store.land(payload(symbol, { symbol }));
    opened.store.land(payload("listing", { symbol: null, kind: "listing" }));
    const names = [...filesIn(opened.rawDir).keys()].map((path) => must(path.split("/")[2], path));
    const stems = names.map((name) => must(name.split(".")[0], name));
    expect(new Set(stems.map((stem) => stem.toLowerCase())).size).toBe(symbols.length + 1);
    for (const stem of stems) expect(stem).toMatch(/^[A-Za-z0-9_~][A-Za-z0-9_~-]*$/);
    expect(stems).not.toContain("CON");
    expect([...filesIn(opened.rawDir).keys()].every((path) => path.split("/").length === 3)).toBe(
      true,
    );
    checkWhole(opened);
  });

  test("synthetic and vendor data never meet", () => {
    const { store, rawDir } = open();
    store.land(payload("x"));
    const before = filesIn(rawDir);
    expect(damageOf(() => store.land(payload("y", { synthetic: true }))).code).toBe(
      "SYNTHETIC_MIX",
    );
    expect(filesIn(rawDir)).toEqual(before);
  });

  test("receipts can be asked by kind, symbol and place", () => {
    const { store } = open();
    store.land(payload("1"));
    store.land(payload("2", { symbol: "QQQ" }));
    store.land(payload("3", { kind: "splits" }));
    const seqs = (filter: Parameters<typeof store.receipts>[0]) =>
      store.receipts(filter).map(({ seq }) => seq);
    expect(seqs({})).toEqual([1, 2, 3]);
    expect(seqs({ kinds: ["daily"] })).toEqual([1, 2]);
    expect(seqs({ kinds: ["daily", "splits"], symbol: "IBM" })).toEqual([1, 3]);
    expect(seqs({ throughSeq: 2 })).toEqual([1, 2]);
    expect(seqs({ kinds: [] })).toEqual([]);
  });

  test("500 payloads of 100 KB land in a few seconds, each made durable", () => {
    const { store } = open();
    const bytes = Buffer.alloc(100_000, "1,2,3,4\n");
    const started = performance.now();
    for (let index = 0; index < 500; index++) {
      bytes.write(String(index).padStart(8, "0"));
      store.land({ ...payload(""), bytes, symbol: `S${index}` });
    }
    // Measured 0.4 s on two shared cores; the bound leaves room for a slow disk.
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(store.newestSeq()).toBe(500);
  });
});

describe("readBody", () => {
  test("names a body that was changed or lost by its path in the workspace", () => {
    const { store, rawDir } = open();
    const { receipt } = store.land(payload("x"));
    writeFileSync(join(rawDir, receipt.body), "y");
    expect(damageOf(() => store.readBody(receipt))).toMatchObject({
      code: "FILE_DAMAGED",
      facts: { file: `data/raw/us/${receipt.body}` },
    });
    rmSync(join(rawDir, receipt.body));
    expect(damageOf(() => store.readBody(receipt)).message).toContain("is missing");
  });

  test("bytes that were lost come back when they are received again for another question", () => {
    const { store, rawDir } = open();
    const { receipt } = store.land(payload("x"));
    rmSync(join(rawDir, receipt.body));
    store.land(payload("x", { symbol: "QQQ" }));
    expect(store.readBody(receipt)).toEqual(Buffer.from("x"));
  });
});

describe("after a crash", () => {
  test("between body and meta: the body is invisible, and the same bytes are not stored twice", () => {
    const opened = open();
    const { store, rawDir, folder } = opened;
    const probe = open();
    const { receipt } = probe.store.land(payload("x"));
    const metaPath = [...filesIn(probe.rawDir).keys()].find((path) => path.endsWith(".meta.json"));
    // A folder in the meta's place makes the second step fail after the first is done.
    mkdirSync(join(rawDir, must(metaPath, "the probe wrote a meta")), { recursive: true });
    expect(() => store.land(payload("x"))).toThrow();
    expect(existsSync(join(rawDir, receipt.body))).toBe(true);
    expect(store.receipts()).toEqual([]);
    rmSync(join(rawDir, must(metaPath, "the probe wrote a meta")), { recursive: true });

    const next = open(folder);
    next.store.recover();
    expect(next.store.receipts()).toEqual([]);
    const dayLater = next.store.land(payload("x", { fetchedAt: (START + DAY_MS) as EpochMs }));
    expect(dayLater.outcome).toBe("stored");
    expect(dayLater.receipt.body).toBe(receipt.body);
    checkWhole(next);
  });

  test("between meta and registry: the next run registers the receipt", () => {
    const { store, database, folder } = open();
    database.exec(
      "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.raw_receipts BEGIN SELECT RAISE(ABORT, 'killed'); END",
    );
    expect(() => store.land(payload("x"))).toThrow("killed");
    expect(store.receipts()).toEqual([]);
    const next = open(folder);
    next.store.recover();
    expect(next.store.receipts()).toHaveLength(1);
    expect(next.store.land(payload("x")).outcome).toBe("known");
    checkWhole(next);
  });

  test("also when the clock was set back, so that the folder is older than the newest receipt", () => {
    const { store, database, folder } = open();
    store.land(payload("x"));
    database.exec(
      "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.raw_receipts BEGIN SELECT RAISE(ABORT, 'killed'); END",
    );
    const weekBefore = { fetchedAt: (START - 7 * DAY_MS) as EpochMs };
    expect(() => store.land(payload("y", weekBefore))).toThrow("killed");
    const next = open(folder);
    next.store.recover();
    expect(next.store.receipts().map(({ fetchedAt }) => fetchedAt.slice(0, 10))).toEqual([
      "2026-05-18",
      "2026-05-11",
    ]);
    checkWhole(next);
  });

  test("half-written files of a dead process are removed", () => {
    const opened = open();
    const { store, rawDir } = opened;
    const { receipt } = store.land(payload("x"));
    writeFileSync(join(rawDir, dirname(receipt.body), `IBM.0.csv.999${TEMPORARY_SUFFIX}`), "half");
    store.recover();
    checkWhole(opened);
  });

  test("a registry lost with its state file is made again from the metas, in the order of fetching", () => {
    const { store, database, workspace, folder } = open();
    const times = [3, 1, 2, 0, 1].map((days) => (START + days * DAY_MS) as EpochMs);
    for (const [index, fetchedAt] of times.entries()) {
      store.land(payload(`p${index}`, { fetchedAt, kind: index % 2 === 0 ? "daily" : "splits" }));
    }
    store.land(payload("p0", { symbol: "QQQ", fetchedAt: START }));
    const before = store.receipts();
    database.close();
    for (const name of readdirSync(workspace.stateDir)) rmSync(join(workspace.stateDir, name));

    const next = open(folder);
    next.store.recover();
    const expected = before
      .map(({ seq: _seq, ...receipt }) => receipt)
      .sort((a, b) => (`${a.fetchedAt} ${a.id}` < `${b.fetchedAt} ${b.id}` ? -1 : 1));
    expect(next.store.receipts()).toEqual(
      expected.map((receipt, index) => ({ ...receipt, seq: index + 1 })),
    );
    checkWhole(next);
    next.store.recover();
    expect(next.store.newestSeq()).toBe(6);
  });

  test("a damaged meta is named by its path at every start, and hides no other receipt", () => {
    const { store, database, workspace, folder, rawDir } = open();
    for (const text of ["a", "b", "c"]) store.land(payload(text, { symbol: text.toUpperCase() }));
    const metas = [...filesIn(rawDir).keys()].filter((path) => path.endsWith(".meta.json"));
    const good = readFileSync(join(rawDir, must(metas[0], "three were written")), "utf8");
    database.close();
    for (const damage of [
      "",
      "{",
      good.replace('"rows":1', '"rows":2'),
      good.replace('"us"', '"in"'),
    ]) {
      rmSync(workspace.stateDir, { recursive: true });
      writeFileSync(join(rawDir, must(metas[0], "three were written")), damage);
      const next = open(folder);
      for (let start = 0; start < 2; start++) {
        expect(damageOf(() => next.store.recover())).toMatchObject({
          code: "FILE_DAMAGED",
          facts: { file: `data/raw/us/${metas[0]}` },
        });
        expect(next.store.newestSeq()).toBe(2);
      }
      next.database.close();
    }
  });

  test("a meta without its body, or one that names a body elsewhere, is damage", () => {
    const { store, database, workspace, folder, rawDir } = open();
    const { receipt } = store.land(payload("x"));
    database.close();
    rmSync(workspace.stateDir, { recursive: true });
    rmSync(join(rawDir, receipt.body));
    expect(damageOf(() => open(folder).store.recover()).message).toContain("which is missing");
    rmSync(workspace.stateDir, { recursive: true });
    const metaPath = must([...filesIn(rawDir).keys()][0], "the meta is left");
    const text = readFileSync(join(rawDir, metaPath), "utf8");
    writeFileSync(join(rawDir, metaPath), text.replace(receipt.body, "../../state/us.sqlite"));
    expect(damageOf(() => open(folder).store.recover()).message).toContain(
      "outside the raw folder",
    );
  });
});

test("what was withdrawn is not known: it lands again under a new id, on the same body", () => {
  const { workspace, database } = open();
  const withdrawn = new Set<string>();
  const clock = fixedClock(START);
  const options = { workspace, market: "us", database, clock } as const;
  const store = openRawStore({ ...options, withdrawn: () => withdrawn });
  const first = store.land(payload("a"));
  expect(store.land(payload("a", { fetchedAt: (START + 1) as EpochMs })).outcome).toBe("known");
  withdrawn.add(first.receipt.id);
  const again = store.land(payload("a", { fetchedAt: (START + 2) as EpochMs }));
  expect(again.outcome).toBe("same_bytes");
  expect(again.receipt.id).not.toBe(first.receipt.id);
  expect(again.receipt.body).toBe(first.receipt.body);
  expect(store.land(payload("a", { fetchedAt: (START + 3) as EpochMs }))).toEqual({
    receipt: again.receipt,
    outcome: "known",
  });
});

describe("two processes", () => {
  const storeUrl = new URL("raw-store.ts", import.meta.url).href;
  const platformUrl = (name: string) => new URL(`../platform/${name}.ts`, import.meta.url).href;
  /** Lands payloads `from`…`to` in order, each twice, and says so; the text of each is its number. */
  const program = `
    const [folder, from, to] = process.argv.slice(1);
    const { openRawStore } = await import(${JSON.stringify(storeUrl)});
    const { openStateStore } = await import(${JSON.stringify(platformUrl("state-store"))});
    const { systemClock } = await import(${JSON.stringify(platformUrl("system-clock"))});
    const { workspaceAt } = await import(${JSON.stringify(platformUrl("workspace"))});
    const workspace = workspaceAt(folder);
    const database = openStateStore(workspace.statePath("us"));
    const store = openRawStore({ workspace, market: "us", database, clock: systemClock() });
    store.recover();
    const { writeSync } = await import("node:fs");
    writeSync(1, "ready\\n");
    for (let n = Number(from); n < Number(to); n++) {
      for (const symbol of ["A", "B"]) {
        store.land({ kind: "daily", source: "alpha_vantage", synthetic: false, symbol,
          endpoint: { name: "TIME_SERIES_DAILY", params: { symbol } }, fetchedAt: ${START} + n * 1000,
          format: "csv", bytes: new TextEncoder().encode("payload " + n), rows: 1, newestSession: null });
      }
      writeSync(1, n + "\\n");
    }`;
  const start = (folder: string, from: number, to: number) => {
    const args = ["--input-type=module", "-e", program, folder, String(from), String(to)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
      child.on("close", (code) => resolve({ code, errors }));
    });
    return { child, ended, said: () => output.split("\n").slice(0, -1) };
  };

  test("land the same bytes at once and store each once", async () => {
    const folder = newFolder();
    const ends = await Promise.all([start(folder, 0, 40).ended, start(folder, 0, 40).ended]);
    expect(ends).toEqual([
      { code: 0, errors: "" },
      { code: 0, errors: "" },
    ]);
    const opened = open(folder);
    expect(opened.store.newestSeq()).toBe(80);
    checkWhole(opened);
  });

  test("one that is killed leaves nothing that the next does not complete", async () => {
    const random = seededRandom(testSeed());
    for (let run = 0; run < testCount(4, 60); run++) {
      const folder = newFolder();
      const { child, ended, said } = start(folder, 0, 10_000);
      const killAfter = 1 + Math.floor(random() * 20);
      await new Promise<void>((resolve) => {
        child.stdout.on("data", () => {
          if (said().length > killAfter) resolve();
        });
      });
      child.kill("SIGKILL");
      await ended;
      const landed = said().length - 1;
      const opened = open(folder);
      opened.store.recover();
      checkWhole(opened);
      expect(opened.store.newestSeq()).toBeGreaterThanOrEqual(2 * landed);
      expect(opened.store.newestSeq()).toBeLessThanOrEqual(2 * landed + 2);
      opened.database.close();
    }
  });
});

describe("by property", () => {
  type Step = {
    text: string;
    symbol: string;
    day: number;
    session: number | null;
    crash: "no" | "row";
  };
  const steps: fc.Arbitrary<(Step | "restart" | "lose the state")[]> = fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          text: fc.constantFrom("a", "b", "c"),
          symbol: fc.constantFrom("IBM", "QQQ"),
          day: fc.integer({ min: 0, max: 3 }),
          session: fc.option(fc.integer({ min: 11, max: 14 })),
          crash: fc.constantFrom("no", "no", "row"),
        }),
      },
      { weight: 1, arbitrary: fc.constantFrom("restart", "lose the state") },
    ),
    { maxLength: 14 },
  );

  test("whatever lands, fails and is lost: after recovery nothing is twice, nothing is missing", () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const folder = mkdtempSync(join(tmpdir(), "raw-"));
        let opened = open(folder);
        const reopen = () => {
          opened = open(folder);
          opened.store.recover();
        };
        for (const step of plan) {
          if (typeof step === "string") {
            opened.database.close();
            if (step === "lose the state") rmSync(opened.workspace.stateDir, { recursive: true });
            reopen();
            continue;
          }
          const { text, symbol, day, session, crash } = step;
          const landing = payload(text, {
            symbol,
            fetchedAt: (START + day * DAY_MS) as EpochMs,
            newestSession: session === null ? null : sessionDate(`2026-05-${session}`),
          });
          if (crash === "row") {
            opened.database.exec(
              "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.raw_receipts BEGIN SELECT RAISE(ABORT, 'killed'); END",
            );
          }
          try {
            opened.store.land(landing);
          } catch {
            opened.database.close();
            reopen();
          }
          opened.database.exec("DROP TRIGGER IF EXISTS temp.fails");
          expect(opened.store.land(landing).outcome).toBe("known");
        }
        checkWhole(opened);
        opened.database.close();
        rmSync(folder, { recursive: true });
      }),
      { seed: testSeed(), numRuns: testCount(25, 500) },
    );
  });
});
