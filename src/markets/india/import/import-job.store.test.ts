/** `india import` from files to raw: what it takes, what it says, and that it takes nothing twice. */
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { claimWorkspaceKind, readWorkspaceKind } from "#platform/workspace.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { type OpenIndia, importFiles, openIndia } from "../india-scene.testing.ts";

const makeFolder = temporaryFolders();
const opened: OpenIndia[] = [];
afterEach(() => {
  for (const market of opened.splice(0)) market.close();
});

function market(root = makeFolder(), at?: string): OpenIndia {
  const one = openIndia(join(root, "workspace"), { at });
  opened.push(one);
  return one;
}

const COLUMNS = "symbol,date,time,open,high,low,close,skip,skip";
const MINUTES = {
  interval: "1m",
  label: "end",
  columns: COLUMNS,
  symbolFromName: false,
} as const;
const minute = (clock: string, close = "10.5", symbol = "NIFTY"): string =>
  `${symbol},20260312,${clock},10,11,9,${close},0,0`;

describe("daily files", () => {
  const header = "date,open,high,low,close,volume,turnover";
  const gauge = [
    header,
    "2026-03-12,19.7,20.87,19.36,20.71,,",
    "2026-03-13,20.71,20.71,19.61,20.38,,",
  ];

  test("land with the proxy's name, and an index needs no volume", () => {
    const india = market();
    const { files } = importFiles(india, { "INDIA_VIX.csv": gauge });
    expect(files).toMatchObject([
      { symbol: "India VIX", outcome: "stored", minutes: null, preview: { rows: 2, accepted: 2 } },
    ]);
    const [receipt] = india.rawStore.receipts();
    expect(receipt).toMatchObject({
      kind: "import_daily",
      market: "india",
      symbol: "India VIX",
      newestSession: "2026-03-13",
      import: { fileName: "INDIA_VIX.csv", basis: "raw", basisAsof: null, interval: "1d" },
    });
    expect(readWorkspaceKind(india.workspace)).toBe("vendor");
  });

  test("of a stock must have their volumes where they have a column for them", () => {
    const india = market();
    const lines = [header, "2026-03-12,19.7,20.87,19.36,20.71,,", "2026-03-13,20,21,19,20,100,"];
    const { files } = importFiles(india, { "TCS.csv": lines });
    expect(files[0]?.preview).toMatchObject({ accepted: 1, quarantineByRule: { BLANK_VALUE: 1 } });
  });

  test("of an index are never adjusted", () => {
    expect(() => importFiles(market(), { "INDIA_VIX.csv": gauge }, { basis: "split" })).toThrow(
      "--basis raw",
    );
  });

  test("that were imported land nothing again", () => {
    const root = makeFolder();
    importFiles(market(root), { "INDIA_VIX.csv": gauge });
    const again = market(root);
    expect(importFiles(again, { "INDIA_VIX.csv": gauge }).files).toMatchObject([
      { outcome: "known" },
    ]);
    expect(again.rawStore.receipts()).toHaveLength(1);
  });

  test("of a dry run land nothing at all", () => {
    const india = market();
    const { files } = importFiles(india, { "INDIA_VIX.csv": gauge }, { dryRun: true });
    expect(files).toMatchObject([{ outcome: "would_import", raw: null, preview: { accepted: 2 } }]);
    expect(india.rawStore.receipts()).toHaveLength(0);
    expect(readWorkspaceKind(india.workspace)).toBe("empty");
  });
});

test.each([true, false])("of the other kind never enter a workspace, dry run %s", (dryRun) => {
  const india = market();
  claimWorkspaceKind(india.workspace, "synthetic");
  const lines = ["date,open,high,low,close,volume", "2026-03-12,10,11,9,10,5"];
  const isMix = expect.objectContaining({ code: "SYNTHETIC_MIX", exitCode: 2 });
  expect(() => importFiles(india, { "TCS.csv": lines }, { dryRun })).toThrow(isMix);
  const taken = importFiles(india, { "TCS.csv": lines }, { dryRun, synthetic: true });
  expect(taken.files).toMatchObject([{ outcome: dryRun ? "would_import" : "stored" }]);
});

describe("files of minutes", () => {
  test("are judged by the hours of their sessions, and keep how they are to be read", () => {
    const india = market();
    const lines = ["09:08", "09:16", "09:17", "15:31"].map((clock) => minute(clock));
    const { files } = importFiles(india, { "N.csv": lines }, MINUTES);
    expect(files).toMatchObject([
      {
        symbol: "Nifty 50",
        preview: null,
        minutes: {
          rows: 4,
          accepted: 2,
          quarantined: 2,
          quarantineByRule: { OUTSIDE_HOURS: 2 },
          from: "2026-03-12",
          judgements: { EARLY_END: 1 },
          notWhole: [{ session: "2026-03-12", judgement: "EARLY_END" }],
        },
      },
    ]);
    expect(india.rawStore.receipts()[0]).toMatchObject({
      kind: "import_minutes",
      import: { interval: "1m", label: "end", columns: COLUMNS.split(",") },
    });
  });

  test("of several symbols become one receipt a symbol over the same bytes", () => {
    const india = market();
    const lines = [minute("09:16"), minute("09:16", "10.2", "BANKNIFTY"), minute("09:17")];
    const { files } = importFiles(india, { "both.csv": lines }, MINUTES);
    expect(files.map(({ symbol, outcome, minutes }) => [symbol, outcome, minutes?.rows])).toEqual([
      ["Nifty 50", "stored", 2],
      ["Nifty Bank", "same_bytes", 1],
    ]);
  });

  test("read at the other end of their bars are another import", () => {
    const root = makeFolder();
    importFiles(market(root), { "N.csv": [minute("09:16")] }, MINUTES);
    const again = importFiles(
      market(root),
      { "N.csv": [minute("09:16")] },
      { ...MINUTES, label: "start" },
    );
    expect(again.files).toMatchObject([{ outcome: "same_bytes" }]);
  });

  const clocks = (step: number, count: number, from = 9 * 60 + 15) =>
    Array.from({ length: count }, (_, index) => {
      const at = from + index * step;
      return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
    });
  const FIVE = { ...MINUTES, interval: "5m", label: "start" } as const;

  test.each([true, false])(
    "of another interval than was said are refused, dry run %s",
    (dryRun) => {
      const india = market();
      const lines = clocks(1, 375).map((clock) => minute(clock));
      expect(() => importFiles(india, { "N.csv": lines }, { ...FIVE, dryRun })).toThrow(
        expect.objectContaining({
          code: "IMPORT_REFUSED",
          message:
            "N.csv: 300 of 375 rows do not start a whole number of 5-minute bars after the opening; its bars are 1 minute apart",
          nextStep: "Import it with --interval 1m.",
        }),
      );
      expect(india.rawStore.receipts()).toEqual([]);
      expect(readWorkspaceKind(india.workspace)).toBe("empty");
    },
  );

  test("whose stamps lie beside the bars are refused, and told to look at them", () => {
    const lines = clocks(5, 75, 9 * 60 + 17).map((clock) => minute(clock));
    expect(() => importFiles(market(), { "N.csv": lines }, FIVE)).toThrow(
      expect.objectContaining({
        code: "IMPORT_REFUSED",
        message: expect.stringContaining("75 of 75 rows do not start"),
        nextStep: expect.stringContaining("--label"),
      }),
    );
  });

  test("of the interval that was said are taken, with a few rows beside the bars", () => {
    const lines = [...clocks(5, 75), "09:17", "10:03"].map((clock) => minute(clock));
    expect(importFiles(market(), { "N.csv": lines }, FIVE).files).toMatchObject([
      { outcome: "stored", minutes: { accepted: 75, quarantineByRule: { OFF_GRID: 2 } } },
    ]);
  });

  test("must say which end of a bar is stamped", () => {
    expect(() => importFiles(market(), { "N.csv": [minute("09:16")] }, { interval: "1m" })).toThrow(
      "--label start or --label end",
    );
  });
});

test("a file that is refused does not hold up the others", () => {
  const good = ["date,open,high,low,close,volume", "2026-03-12,10,11,9,10,5"];
  const { files } = importFiles(market(), {
    "TCS.csv": good,
    "bad.csv": ["date,open,high,low,close,delivery", "2026-03-12,10,11,9,10,5"],
    "american.csv": ["date,open,high,low,close", "03/13/2026,10,11,9,10"],
  });
  expect(files.map(({ outcome }) => outcome)).toEqual(["stored", "refused", "refused"]);
  expect(files[1]?.refusal).toContain('unknown columns "delivery"');
  expect(files[2]?.refusal).toContain("MM/DD/YYYY");
});

test("whose prices a file holds must be said", () => {
  const lines = ["date,open,high,low,close,volume", "2026-03-12,10,11,9,10,5"];
  expect(() => importFiles(market(), { "TCS.csv": lines }, { symbolFromName: false })).toThrow(
    "--symbol",
  );
  const named = importFiles(market(), { "x.csv": lines }, { symbolFromName: false, symbol: "tcs" });
  expect(named.files).toMatchObject([{ symbol: "TCS" }]);
});
