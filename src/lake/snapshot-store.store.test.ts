/** Snapshots on the disk: the pointer swaps whole, damage is found, and only what nothing names goes. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BuildReport, SnapshotManifest } from "#contracts/snapshot.ts";
import { TEMPORARY_SUFFIX } from "#platform/atomic-file.ts";
import { sha256Hex } from "#platform/digest.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import {
  PART_FOLDERS,
  dropUnnamedParts,
  findWholeSnapshot,
  listSnapshots,
  pointToSnapshot,
  publishSnapshot,
  readManifest,
  readPointedSnapshot,
  readReport,
  removeUnfinishedParts,
  scrubSnapshot,
} from "./snapshot-store.ts";

const makeFolder = temporaryFolders();
const idOf = (digit: string) => `SNAP-${digit.repeat(16)}`;
const DIGEST = "0".repeat(64);

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Publishes a snapshot whose parts are these texts. */
function publish(root: string, snapshot: string, parts: { readonly [path: string]: string }) {
  for (const [path, text] of Object.entries(parts)) put(root, path, text);
  const manifest: Omit<SnapshotManifest, "reportSha256"> = {
    version: 1,
    snapshot,
    market: "us",
    synthetic: false,
    contentDigest: DIGEST,
    recipe: {
      market: "us",
      builder: "test",
      calendar: { version: "1", digest: DIGEST, corrections: [] },
      rawThroughSeq: 1,
      rawDigest: DIGEST,
      eventsThroughSeq: 0,
      eventsDigest: DIGEST,
      roles: [],
      thresholds: {},
    },
    counts: {},
    files: Object.entries(parts).map(([path, text]) => ({
      path,
      rows: 1,
      sha256: sha256Hex(text),
    })),
    quarantineSha256: DIGEST,
  };
  const report: BuildReport = {
    version: 1,
    snapshot,
    reviews: [],
    largeMoves: [],
    restated: [],
    eventConflicts: [],
    quarantineByRule: {},
    symbols: [],
  };
  return publishSnapshot(root, manifest, report);
}

const DAILY = `${PART_FOLDERS.daily}/a.parquet`;
const EVENTS = `${PART_FOLDERS.events}/b.parquet`;

describe("the pointer", () => {
  test("names no snapshot before the first, and then the one that was pointed to", () => {
    const root = makeFolder();
    expect(readPointedSnapshot(root)).toBeUndefined();
    pointToSnapshot(root, idOf("a"));
    pointToSnapshot(root, idOf("b"));
    expect(readPointedSnapshot(root)).toBe(idOf("b"));
    expect(JSON.parse(readFileSync(join(root, "current.json"), "utf8"))).toEqual({
      snapshot: idOf("b"),
    });
    expect(readdirSync(root)).toEqual(["current.json"]);
  });

  test("is not written again when it already says so", () => {
    const root = makeFolder();
    pointToSnapshot(root, idOf("a"));
    const before = statSync(join(root, "current.json"), { bigint: true });
    pointToSnapshot(root, idOf("a"));
    const after = statSync(join(root, "current.json"), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  test.each(["", "{", '{"snapshot":"../../etc"}', '{"snapshot":"SNAP-1","more":1}', "null"])(
    "that says %j is damaged, and is mended by pointing again",
    (text) => {
      const root = makeFolder();
      put(root, "current.json", text);
      expect(() => readPointedSnapshot(root)).toThrow(
        expect.objectContaining({ code: "FILE_DAMAGED", facts: { file: "current.json" } }),
      );
      pointToSnapshot(root, idOf("a"));
      expect(readPointedSnapshot(root)).toBe(idOf("a"));
    },
  );
});

describe("a published snapshot", () => {
  test("is read back as it was published", () => {
    const root = makeFolder();
    const manifest = publish(root, idOf("a"), { [DAILY]: "rows", [EVENTS]: "events" });
    expect(readManifest(root, idOf("a"))).toEqual(manifest);
    expect(findWholeSnapshot(root, idOf("a"))).toEqual(manifest);
    expect(readReport(root, manifest).snapshot).toBe(idOf("a"));
    expect(listSnapshots(root)).toEqual([idOf("a")]);
    expect(scrubSnapshot(root, manifest)).toEqual([]);
  });

  test("of an unknown id is not there", () => {
    const root = makeFolder();
    expect(readManifest(root, idOf("c"))).toBeUndefined();
    expect(findWholeSnapshot(root, idOf("c"))).toBeUndefined();
    expect(listSnapshots(root)).toEqual([]);
  });

  test.each<[string, (root: string) => void]>([
    ["a part is gone", (root) => rmSync(join(root, DAILY))],
    ["a part is empty", (root) => writeFileSync(join(root, DAILY), "")],
    ["the report is gone", (root) => rmSync(join(root, "reports", `${idOf("a")}.json`))],
    ["the report was changed", (root) => put(root, `reports/${idOf("a")}.json`, "{}")],
    ["the manifest was cut", (root) => put(root, `manifests/${idOf("a")}.json`, '{"version":1')],
  ])("is not whole when %s, so that it is built again", (_, damage) => {
    const root = makeFolder();
    publish(root, idOf("a"), { [DAILY]: "rows" });
    damage(root);
    expect(findWholeSnapshot(root, idOf("a"))).toBeUndefined();
  });

  test("with a damaged manifest or report is never read as data", () => {
    const root = makeFolder();
    const manifest = publish(root, idOf("a"), {});
    put(
      root,
      `reports/${idOf("a")}.json`,
      readFileSync(join(root, `reports/${idOf("a")}.json`), "utf8").replace("[]", "[ ]"),
    );
    put(root, `manifests/${idOf("a")}.json`, "null");
    const damaged = expect.objectContaining({ code: "FILE_DAMAGED" });
    expect(() => readReport(root, manifest)).toThrow(damaged);
    expect(() => readManifest(root, idOf("a"))).toThrow(damaged);
  });

  test("with changed or lost parts is found by reading every byte", () => {
    const root = makeFolder();
    const manifest = publish(root, idOf("a"), { [DAILY]: "rows", [EVENTS]: "events" });
    put(root, DAILY, "rowz");
    rmSync(join(root, EVENTS));
    expect(scrubSnapshot(root, manifest)).toEqual([DAILY, EVENTS]);
  });
});

describe("what nothing names any more", () => {
  test("is dropped: snapshots that are not kept, and parts of no kept one", () => {
    const root = makeFolder();
    const shared = `${PART_FOLDERS.daily}/shared.parquet`;
    publish(root, idOf("a"), { [shared]: "shared", [DAILY]: "old" });
    const kept = publish(root, idOf("b"), { [shared]: "shared", [EVENTS]: "new" });
    put(root, `${PART_FOLDERS.series}/orphan.parquet`, "of a build that was killed");
    const dropped = dropUnnamedParts(root, new Set([idOf("b")]));
    expect(dropped.toSorted()).toEqual(
      [
        `manifests/${idOf("a")}.json`,
        `reports/${idOf("a")}.json`,
        DAILY,
        `${PART_FOLDERS.series}/orphan.parquet`,
      ].toSorted(),
    );
    expect(listSnapshots(root)).toEqual([idOf("b")]);
    expect(scrubSnapshot(root, kept)).toEqual([]);
    expect(existsSync(join(root, DAILY))).toBe(false);
    expect(dropUnnamedParts(root, new Set([idOf("b")]))).toEqual([]);
  });
});

test("what an interrupted build left is removed from every folder, and nothing else", () => {
  const root = makeFolder();
  const manifest = publish(root, idOf("a"), { [DAILY]: "rows" });
  const folders = [...Object.values(PART_FOLDERS), "manifests", "reports", "."];
  for (const folder of folders) put(root, `${folder}/half.1234${TEMPORARY_SUFFIX}`, "half");
  removeUnfinishedParts(root);
  for (const folder of folders) {
    expect(readdirSync(join(root, folder)).filter((name) => name.endsWith("~"))).toEqual([]);
  }
  expect(findWholeSnapshot(root, idOf("a"))).toEqual(manifest);
});
