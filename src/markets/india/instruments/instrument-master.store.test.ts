/** Keeping the instrument master: fetched once a day, and what serves when it does not come. */
import { createServer, type RequestListener } from "node:http";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { settingsSchema } from "#contracts/settings.ts";
import type { EpochMs } from "#core/clock.ts";
import { openRawStore } from "#ingestion/raw-store.ts";
import { openStateStore } from "#platform/state-store.ts";
import { fixedClock } from "#platform/system-clock.ts";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { workspaceAt } from "#platform/workspace.ts";
import { openInstrumentMaster } from "./instrument-master-store.ts";

const makeFolder = temporaryFolders();
const DAY_MS = 86_400_000;
const MORNING = Date.UTC(2026, 2, 12, 3, 0) as EpochMs;

function masterOf(stocks: number, first = 1): string {
  const rows = Array.from({ length: stocks }, (_, at) => ({
    token: String(first + at),
    symbol: `S${first + at}-EQ`,
    instrumenttype: "",
    exch_seg: "NSE",
    is_cas_enabled: at % 2 === 0,
  }));
  return JSON.stringify([...rows, { token: "7", symbol: "OTHER", exch_seg: "BSE" }]);
}

async function open() {
  const vendor: { handler: RequestListener; asked: number } = {
    handler: (_request, response) => response.end(masterOf(20)),
    asked: 0,
  };
  const server = createServer((request, response) => {
    vendor.asked += 1;
    vendor.handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const workspace = workspaceAt(makeFolder());
  const database = openStateStore(workspace.statePath("india"));
  onTestFinished(async () => {
    database.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const clock = fixedClock(MORNING);
  const rawStore = openRawStore({ workspace, market: "india", database, clock });
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    warn: (_: object, says: string) => void warnings.push(says),
  };
  const openAt = (path: string) => {
    const instruments_url = `http://127.0.0.1:${port}/${path}`;
    const india = { vendor: { instruments_url, timeout_seconds: 0.1 } };
    const settings = settingsSchema.parse({ india }).india.vendor;
    return openInstrumentMaster({ settings, rawStore, database, clock, log });
  };
  return { vendor, workspace, clock, rawStore, warnings, openAt, master: openAt("master.json") };
}

describe("the instrument master", () => {
  test("is fetched once a day, and lands in raw once for the same bytes", async () => {
    const { master, vendor, clock, rawStore } = await open();
    expect(await master.refresh()).toMatchObject({ copy: "fetched", warning: null, records: 21 });
    expect(await master.refresh()).toMatchObject({ copy: "kept" });
    expect(vendor.asked).toBe(1);
    expect(await master.refresh({ force: true })).toMatchObject({ copy: "fetched" });
    await clock.sleepMs(DAY_MS);
    const next = await master.refresh();
    expect(next).toMatchObject({ copy: "fetched" });
    expect(await master.refresh()).toMatchObject({ copy: "kept" });
    expect(vendor.asked).toBe(3);
    expect(rawStore.receipts({ kinds: ["instruments"] })).toHaveLength(1);
    expect(next.receipt).toMatchObject({
      kind: "instruments",
      source: "smartapi",
      symbol: null,
      synthetic: false,
      rows: 21,
    });
    vendor.handler = (_request, response) => response.end(masterOf(21));
    await clock.sleepMs(DAY_MS);
    expect((await master.refresh()).rows).toHaveLength(21);
    expect(rawStore.receipts({ kinds: ["instruments"] })).toHaveLength(2);
  });

  test.each<[string, RequestListener]>([
    ["404", (_request, response) => response.writeHead(404).end("gone")],
    ["500", (_request, response) => response.writeHead(500).end("[]")],
    ["null", (_request, response) => response.end("null")],
    ["nothing", (_request, response) => response.end("")],
    ["a page", (_request, response) => response.end("<html></html>")],
    ["half a file", (_request, response) => response.end(masterOf(20).slice(0, 300))],
    ["a short file", (_request, response) => response.end(masterOf(10))],
    ["a broken connection", (request) => request.socket.destroy()],
    ["a redirect", (_request, response) => response.writeHead(302, { location: "/x" }).end()],
    ["silence", () => undefined],
  ])(
    "of the day before serves with a warning when the vendor sends %s",
    async (_title, handler) => {
      const { master, vendor, clock, warnings } = await open();
      vendor.handler = handler;
      if (_title !== "a short file") {
        await expect(master.refresh()).rejects.toMatchObject({ code: "NO_INSTRUMENTS" });
      }
      vendor.handler = (_request, response) => response.end(masterOf(20));
      await master.refresh();
      await clock.sleepMs(DAY_MS);
      vendor.handler = handler;
      const older = await master.refresh();
      expect(older).toMatchObject({
        copy: "older",
        warning: expect.stringContaining("could not be fetched"),
      });
      expect(older.rows).toHaveLength(20);
      expect(warnings).toContain(older.warning);
    },
  );

  test("may come slowly", async () => {
    const { master, vendor } = await open();
    vendor.handler = (_request, response) => {
      const text = masterOf(20);
      response.write(text.slice(0, 100));
      setTimeout(() => response.end(text.slice(100)), 300);
    };
    expect(await master.refresh()).toMatchObject({ copy: "fetched", records: 21 });
  });

  test("that is marked synthetic lands so", async () => {
    const { master, vendor } = await open();
    vendor.handler = (_request, response) =>
      response.writeHead(200, { "x-meridian-synthetic": "1" }).end(masterOf(3));
    expect((await master.refresh()).receipt.synthetic).toBe(true);
  });

  test("of another address is fetched on its own, and may be smaller", async () => {
    const { master, openAt, vendor } = await open();
    await master.refresh();
    vendor.handler = (_request, response) => response.end(masterOf(3, 100));
    const other = await openAt("other.json").refresh();
    expect(other).toMatchObject({ copy: "fetched", records: 4 });
  });

  test("that was damaged on the disk is fetched again", async () => {
    const { master, workspace, vendor } = await open();
    const { receipt } = await master.refresh();
    writeFileSync(join(workspace.rawDir("india"), receipt.body), "[]");
    expect(await master.refresh()).toMatchObject({ copy: "fetched", records: 21 });
    expect(vendor.asked).toBe(2);
  });
});
