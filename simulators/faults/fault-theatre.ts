/**
 * Makes workspaces and runs commands in them: bases once, copies for every run, each with a key of its
 * own so that one vendor can serve many. What is suffered and compared is decided by its callers.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AlphaVantageSimulator } from "../alpha-vantage/alpha-vantage-server.ts";
import type { RequestRecord } from "../alpha-vantage/control-protocol.ts";
import type { SmartApiSimulator } from "../smartapi/smartapi-server.ts";
import { BASES, type BaseName } from "./fault-jobs.ts";
import type { FaultPoint } from "./fault-points.ts";
import { type FaultStage, type VendorName, openStage, settingsText } from "./fault-stage.ts";
import { type FaultStep, wordsOf } from "./fault-step.ts";
import {
  type IndiaVendorName,
  type IndiaVendors,
  indiaEnvironment,
  isIndiaVendor,
  openIndiaVendors,
} from "./india-stage.ts";
import {
  PRODUCT_ENTRY,
  type ProductCommand,
  type ProductRun,
  runProduct,
} from "./product-process.ts";
import { runStreamToItsEnd } from "./stream-run.ts";

/** A workspace with a vendor and a key. */
export type Scene = {
  readonly workspace: string;
  readonly vendor: VendorName | IndiaVendorName;
  readonly key: string;
};

export interface FaultTheatre {
  /** A copy of a base, to be used up. One of India has a vendor of its own, whichever is named. */
  openScene(base: BaseName, vendor: VendorName, name: string): Promise<Scene>;
  /** Another copy of a scene as it is, to look into without changing anything. */
  copyOf(scene: Scene): string;
  /** Runs one command; the vendor fails meanwhile as the step says. */
  run(scene: Scene, step: FaultStep, point?: FaultPoint): Promise<ProductRun>;
  /** Requests that the US vendor has seen from a scene. */
  requestsOf(scene: Scene): readonly RequestRecord[];
  /** How many requests the scene's vendor has seen from it. */
  requestCountOf(scene: Scene): number;
  /** The vendor of an Indian scene. */
  indiaVendorOf(scene: Scene): SmartApiSimulator;
  /** Deletes a scene, unless scenes are to be kept. */
  closeScene(scene: Scene): void;
  close(): Promise<void>;
}

export type TheatreOptions = {
  /** The product's `main.ts`; that of this project by default. */
  readonly entry?: string | undefined;
  /** Leaves all workspaces where they are. */
  readonly keep?: boolean | undefined;
};

/** A run whose exit code was not the right one for its step. */
export class WrongExit extends Error {}

/** Opens the theatre in a temporary folder. */
export async function openTheatre(options: TheatreOptions = {}): Promise<FaultTheatre> {
  const folder = mkdtempSync(join(tmpdir(), "meridian-faults-"));
  const stage = await openStage(folder);
  const india: IndiaVendors = openIndiaVendors();
  const entry = options.entry ?? PRODUCT_ENTRY;
  // Kept apart from the operator's own, and thrown away: each start of the product is then quick.
  const environment = { NODE_COMPILE_CACHE: join(folder, "compiled") };
  // Commands given in a workspace and in those that it was copied from.
  const commands = new Map<string, number>();
  let scenes = 0;

  const runStep = createRunner({ stage, india, entry, environment });
  const run = async (scene: Scene, step: FaultStep, point?: FaultPoint): Promise<ProductRun> => {
    const before = commands.get(scene.workspace) ?? 0;
    commands.set(scene.workspace, before + 1);
    return await runStep({ scene, step, before }, point);
  };

  const setUp = async (scene: Scene, copied: string | undefined): Promise<Scene> => {
    const { workspace, vendor } = scene;
    mkdirSync(workspace, { recursive: true });
    if (copied !== undefined) cpSync(copied, workspace, { recursive: true });
    commands.set(workspace, commands.get(copied ?? "") ?? 0);
    const text = isIndiaVendor(vendor)
      ? await india.open(workspace, vendor)
      : settingsText(stage.vendor(vendor).baseUrl);
    writeFileSync(join(workspace, "meridian.toml"), text);
    return scene;
  };

  const baseOf = createBases(async (name, copied) => {
    const { vendor, steps } = BASES[name];
    const workspace = join(folder, "bases", name);
    const key = `BASE-${name.toUpperCase()}`;
    const scene = await setUp({ workspace, vendor, key }, copied);
    for (const step of steps) requireExit(step, await run(scene, step));
    return workspace;
  });

  return {
    run,
    openScene: async (base, vendor, name) => {
      const id = `${name}-${++scenes}`;
      const workspace = join(folder, "scenes", id);
      const copied = await baseOf(base);
      const own = isIndiaVendor(BASES[base].vendor) ? BASES[base].vendor : vendor;
      return await setUp({ workspace, vendor: own, key: `SCENE-${id.toUpperCase()}` }, copied);
    },
    copyOf: copyWorkspace,
    requestsOf: (scene) => usRequestsOf(stage, scene),
    requestCountOf: (scene) =>
      isIndiaVendor(scene.vendor)
        ? india.vendorOf(scene.workspace).requests().length
        : usRequestsOf(stage, scene).length,
    indiaVendorOf: ({ workspace }) => india.vendorOf(workspace),
    closeScene: ({ workspace }) => {
      india.closeOne(workspace);
      if (options.keep === true) return;
      remove(workspace);
      remove(copyPathOf(workspace));
    },
    close: async () => {
      await Promise.all([stage.close(), india.close()]);
      if (options.keep !== true) remove(folder);
    },
  };
}

type GivenStep = {
  readonly scene: Scene;
  readonly step: FaultStep;
  /** Commands that were given there before. */
  readonly before: number;
};

/** Runs steps against the vendors of their scenes. */
function createRunner(of: {
  readonly stage: FaultStage;
  readonly india: IndiaVendors;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
}): (given: GivenStep, point: FaultPoint | undefined) => Promise<ProductRun> {
  const { stage, india, entry, environment } = of;
  return async ({ scene, step, before }, point) => {
    const { workspace, vendor: name, key } = scene;
    const command: ProductCommand = {
      entry,
      words: wordsOf(step, workspace, stage.inputs),
      workspace,
      environment: { ...environment, ...indiaEnvironment(), ALPHAVANTAGE_API_KEYS: key },
      strikes: point?.strikes,
      killAfterMs: point?.killAfterMs,
      suspend: point?.suspend,
    };
    if (isIndiaVendor(name)) {
      const there = { ...command, clockShiftMs: india.clockShiftMs };
      if (step.streams !== true) return await runProduct(there);
      return (await runStreamToItsEnd(there, india.vendorOf(workspace))).stream;
    }
    const vendor = stage.vendor(name);
    const rules = (step.vendorFaults ?? []).map((rule) => ({ ...rule, apiKey: key }));
    const ids = rules.map((rule) => vendor.addFault(rule));
    try {
      return await runProduct({ ...command, ...clockOf(name, vendor, before) });
    } finally {
      for (const id of ids) vendor.clearFaults(id);
    }
  };
}

function usRequestsOf(stage: FaultStage, { vendor, key }: Scene): readonly RequestRecord[] {
  if (isIndiaVendor(vendor)) return [];
  return stage
    .vendor(vendor)
    .requests()
    .filter((request) => request.apiKey === key);
}

function copyWorkspace({ workspace }: Scene): string {
  const copy = copyPathOf(workspace);
  remove(copy);
  cpSync(workspace, copy, { recursive: true });
  return copy;
}

function copyPathOf(workspace: string): string {
  return `${workspace}-copy`;
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Makes each base once, after the one it begins with; `make` returns its folder. */
function createBases(
  make: (name: BaseName, from: string | undefined) => Promise<string>,
): (name: BaseName) => Promise<string> {
  const bases = new Map<BaseName, Promise<string>>();
  const baseOf = (name: BaseName): Promise<string> => {
    const known = bases.get(name);
    if (known !== undefined) return known;
    const { from } = BASES[name];
    const made = (async () => make(name, from && (await baseOf(from))))();
    bases.set(name, made);
    return made;
  };
  return baseOf;
}

/** @throws WrongExit when a command ended otherwise than its step says */
export function requireExit(step: FaultStep, run: ProductRun): void {
  if (run.exitCode === step.exit) return;
  throw new WrongExit(describeExit(step, run));
}

/** How a command ended, in a few lines. */
export function describeExit(step: FaultStep, run: ProductRun): string {
  const ended = run.hung ? "hung" : run.isKilled ? "was killed" : `ended with ${run.exitCode}`;
  const said = `${run.stderr}\n${run.stdout}`.trim().split("\n").slice(0, 6).join("\n    ");
  return `meridian ${step.words.join(" ")} ${ended} where ${step.exit} is right:\n    ${said}`;
}

/** The operator's clock is the vendor's; where that stands, each command is given a minute later. */
function clockOf(
  name: VendorName,
  vendor: AlphaVantageSimulator,
  minutes: number,
): { readonly fixedAt: string } | { readonly clockShiftMs: number } {
  const vendorMs = vendor.clock.simulatedNow();
  if (name === "running") {
    return { clockShiftMs: vendorMs - Temporal.Now.instant().epochMilliseconds };
  }
  const instant = Temporal.Instant.fromEpochMilliseconds(vendorMs);
  return { fixedAt: instant.add({ minutes }).toString() };
}
