/**
 * The Indian market at rest in a temporary workspace: its stores as the composition root opens them, and
 * files of the operator to import. Nothing here fetches.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsSchema } from "#contracts/settings.ts";
import { type MarketDataContext, openMarketData } from "#curation/market-context.ts";
import { fixedClock, instantOfIso } from "#platform/system-clock.ts";
import { workspaceAt } from "#platform/workspace.ts";
import type { ImportOptions } from "./import/import-arguments.ts";
import { type ImportReport, runImportJob } from "./import/import-job.ts";
import { INDIA_MARKET } from "./india-market.ts";

/** Evening of a session in India, well after the close. */
const INDIAN_EVENING = "2026-03-13T14:00:00Z";

export type OpenIndia = MarketDataContext & { close(): void };

/** Opens the market of a folder as a new process would. */
export function openIndia(
  root: string,
  options: { readonly at?: string | undefined; readonly settings?: object | undefined } = {},
): OpenIndia {
  return openMarketData(INDIA_MARKET, {
    workspace: workspaceAt(root),
    settings: settingsSchema.parse(options.settings ?? {}),
    clock: fixedClock(instantOfIso(options.at ?? INDIAN_EVENING)),
    progress: { step: () => undefined },
  });
}

/** Writes files below the folder and imports them; options as the command line would give them. */
export function importFiles(
  market: OpenIndia,
  files: { readonly [name: string]: readonly string[] },
  options: Partial<ImportOptions> = {},
): ImportReport {
  const folder = join(market.workspace.root, "..", `files-${Object.keys(files).join("-").length}`);
  mkdirSync(folder, { recursive: true });
  const paths = Object.entries(files).map(([name, lines]) => {
    const path = join(folder, name);
    writeFileSync(path, [...lines, ""].join("\n"));
    return path;
  });
  return runImportJob(market, {
    paths,
    interval: "1d",
    symbolFromName: true,
    basis: "raw",
    dryRun: false,
    synthetic: false,
    ...options,
  });
}
