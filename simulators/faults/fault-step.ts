/**
 * One command of a scenario, and what scenarios are made from. Which there are is `fault-jobs.ts` and
 * `india-jobs.ts`.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { FaultRule } from "../alpha-vantage/fault-book.ts";
import type { VendorName } from "./fault-stage.ts";
import type { IndiaVendorName } from "./india-stage.ts";
import type { MarketName } from "./workspace-files.ts";

/** One command, with the exit codes that are right for it. */
export type FaultStep = {
  /** `{inputs}` is the folder of the operator's files, `{wrong}` the id of the wrong raw file. */
  readonly words: readonly string[];
  readonly exit: number;
  /** What the vendor does wrong meanwhile. */
  readonly vendorFaults?: readonly FaultRule[] | undefined;
  /** Goes on until its feed has ended, and is stopped then. */
  readonly streams?: true | undefined;
};

/** A workspace that scenarios begin with: that of another base, and what was done since. */
export type FaultBase<Base extends string> = {
  readonly from: Base | undefined;
  readonly vendor: VendorName | IndiaVendorName;
  readonly steps: readonly FaultStep[];
};

export type FaultJob<Base extends string> = {
  readonly market: MarketName;
  readonly base: Base;
  readonly step: FaultStep;
  /** Where an operator would give another command the second time. */
  readonly again?: FaultStep | undefined;
  readonly finish: readonly FaultStep[];
  /** Requests that dying once may cost on top: the one under way, and tries of calls that fail. */
  readonly extraRequestsMax: number;
};

/** A command as one types it, and more words that may hold blanks. */
export const step = (words: string, exit = 0, more: readonly string[] = []): FaultStep => ({
  words: [...words.split(" "), ...more],
  exit,
});

const importedMeta = z.object({ id: z.string(), kind: z.string(), symbol: z.string().nullable() });

/** The words of a step with its places filled in. */
export function wordsOf(one: FaultStep, workspace: string, inputs: string): string[] {
  return one.words.map((word) =>
    word.replace("{inputs}", inputs).replace("{wrong}", () => wrongRawId(workspace)),
  );
}

/** Id of the receipt of the file that was imported by mistake. */
function wrongRawId(workspace: string): string {
  const raw = join(workspace, "data", "raw", "us");
  for (const name of readdirSync(raw, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".meta.json")) continue;
    const meta = importedMeta.parse(JSON.parse(readFileSync(join(raw, name), "utf8")));
    if (meta.symbol === "WRONG") return meta.id;
  }
  throw new Error("no file was imported by mistake");
}
