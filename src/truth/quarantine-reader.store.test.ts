/** Refused rows of a session are found again, whatever is in them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canonicalJson } from "#core/canonical-json.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { readRefusedRows } from "./quarantine-reader-store.ts";

const makeFolder = temporaryFolders();
const SESSION = "2026-05-15";

function quarantine(
  rows: readonly { symbol: string; session: string | null; text: string }[],
): string {
  const folder = makeFolder();
  const lines = rows.map((row, index) =>
    canonicalJson({
      dataset: "daily",
      raw: "RAW-1",
      line: index + 2,
      rules: ["HIGH_BELOW_LOW"],
      ...row,
    }),
  );
  writeFileSync(join(folder, "SNAP-1.ndjson"), lines.map((line) => `${line}\n`).join(""));
  return folder;
}

const read = (folder: string) =>
  readRefusedRows(folder, "SNAP-1", { symbol: "SPY", session: SESSION });

test("rows of the symbol and session are shown with their place, text and rules", async () => {
  const folder = quarantine([
    { symbol: "QQQ", session: SESSION, text: "other symbol" },
    { symbol: "SPY", session: "2026-05-14", text: `names "session":"${SESSION}" in its text` },
    { symbol: "SPY", session: null, text: "without a date" },
    { symbol: "SPY", session: SESSION, text: "2026-05-15,1,2,3,4" },
  ]);
  expect(await read(folder)).toEqual([
    { raw: "RAW-1", line: 5, text: "2026-05-15,1,2,3,4", rules: ["HIGH_BELOW_LOW"] },
  ]);
});

test("line separators that JSON does not escape end no row", async () => {
  const text = "a\u2028b\u2029c\r\nd";
  expect(await read(quarantine([{ symbol: "SPY", session: SESSION, text }]))).toMatchObject([
    { text },
  ]);
});

test("no more than a few are shown, and none when the file is gone", async () => {
  const many = Array.from({ length: 50 }, (_, row) => ({
    symbol: "SPY",
    session: SESSION,
    text: `${row}`.repeat(9000),
  }));
  expect((await read(quarantine(many))).map((row) => row.line)).toEqual([2, 3, 4]);
  expect(await read(makeFolder())).toEqual([]);
});
