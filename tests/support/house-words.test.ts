/** Shows that each list of words finds what it bans and lets its near neighbours pass. */
import { describe, expect, test } from "vitest";
import {
  BANNED_EVERYWHERE,
  BANNED_IN_CODE,
  findBanned,
  findVagueIdentifiers,
} from "./house-words.ts";

describe("a vague identifier", () => {
  test.each([
    ["const now = 1;"],
    ["return { latest };"],
    ["view.current.close"],
    ["function today() {}"],
    ["const nowMs = 1;"],
  ])("is found in: %s", (source) => {
    expect(findVagueIdentifiers(`\n${source}\n`)).toHaveLength(1);
  });

  test.each([
    ["const latestAcceptedSession = 1;"],
    ["const currentSnapshotId = 1;"],
    ['const file = "current.json";'],
    ["// what is true now and today"],
    ["const text = `the latest row`;"],
    ["performance.now();"],
  ])("is not found in: %s", (source) => {
    expect(findVagueIdentifiers(source)).toEqual([]);
  });
});

describe("banned text in code", () => {
  test.each([
    ["// TODO later"],
    ['test.only("one", () => {});'],
    ['describe.skip("none", () => {});'],
    ['export { a } from "./a.ts";'],
    ['export type { A } from "./a.ts";'],
    ['export * from "./a.ts";'],
    ['export {\n  a,\n  b,\n} from "./a.ts";'],
    ["const a = b as unknown as string;"],
    ["// @ts-ignore"],
  ])("is found in: %s", (source) => {
    expect(findBanned(source, BANNED_IN_CODE)).toHaveLength(1);
  });

  test.each([
    ["export { a, b };"],
    ['import { a } from "./a.ts";\nexport type B = A;'],
    ["describe.skipIf(isWindows)"],
  ])("is not found in: %s", (source) => {
    expect(findBanned(source, BANNED_IN_CODE)).toEqual([]);
  });
});

describe("banned text anywhere", () => {
  test.each([
    ["see /home/someone/data.csv"],
    ['const folder = "/root/x";'],
    ["C:\\Users\\someone"],
    ["https://registry.npmjs.org/zod"],
    ["as the agent said"],
    ["as issue 12 asks"],
  ])("is found in: %s", (text) => {
    expect(findBanned(text, BANNED_EVERYWHERE)).toHaveLength(1);
  });

  test.each([
    ["the User-Agent header"],
    ["`${root}/work/part.parquet`"],
    ["data/root/x and ~/home/x"],
    ["the issue price of a share"],
  ])("is not found in: %s", (text) => {
    expect(findBanned(text, BANNED_EVERYWHERE)).toEqual([]);
  });
});
