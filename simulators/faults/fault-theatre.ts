/**
 * Makes workspaces and runs commands in them: bases once, copies for every run, each with a key of its
 * own so that one vendor can serve many. What is suffered and compared is decided by its callers.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AlphaVantageSimulator } from "../alpha-vantage/alpha-vantage-server.ts";
import type { RequestRecord } from "../alpha-vantage/control-protocol.ts";
import { BASES, type BaseName, type FaultStep, wordsOf } from "./fault-jobs.ts";
import type { FaultPoint } from "./fault-points.ts";
import { type VendorName, openStage, settingsText } from "./fault-stage.ts";
import { PRODUCT_ENTRY, type ProductRun, runProduct } from "./product-process.ts";

/** A workspace with a vendor and a key. */
export type Scene = {
  readonly workspace: string;
  readonly vendor: VendorName;
  readonly key: string;
};

export interface FaultTheatre {
  /** A copy of a base, to be used up. */
  openScene(base: BaseName, vendor: VendorName, name: string): Promise<Scene>;
  /** Another copy of a scene as it is, to look into without changing anything. */
  copyOf(scene: Scene): string;
  /** Runs one command; the vendor fails meanwhile as the step says. */
  run(scene: Scene, step: FaultStep, point?: FaultPoint): Promise<ProductRun>;
  /** Requests that the vendor has seen from a scene. */
  requestsOf(scene: Scene): readonly RequestRecord[];
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
  const entry = options.entry ?? PRODUCT_ENTRY;
  // Kept apart from the operator's own, and thrown away: each start of the product is then quick.
  const environment = { NODE_COMPILE_CACHE: join(folder, "compiled") };
  // Commands given in a workspace and in those that it was copied from.
  const commands = new Map<string, number>();
  let scenes = 0;

  const run = async (scene: Scene, step: FaultStep, point?: FaultPoint): Promise<ProductRun> => {
    const vendor = stage.vendor(scene.vendor);
    const rules = (step.vendorFaults ?? []).map((rule) => ({ ...rule, apiKey: scene.key }));
    const ids = rules.map((rule) => vendor.addFault(rule));
    const before = commands.get(scene.workspace) ?? 0;
    commands.set(scene.workspace, before + 1);
    try {
      return await runProduct({
        entry,
        words: wordsOf(step, scene.workspace, stage.inputs),
        workspace: scene.workspace,
        environment: { ...environment, ALPHAVANTAGE_API_KEYS: scene.key },
        ...clockOf(scene.vendor, vendor, before),
        strikes: point?.strikes,
        killAfterMs: point?.killAfterMs,
      });
    } finally {
      for (const id of ids) vendor.clearFaults(id);
    }
  };

  const setUp = (scene: Scene, copied: string | undefined): Scene => {
    const { workspace, vendor } = scene;
    mkdirSync(workspace, { recursive: true });
    if (copied !== undefined) cpSync(copied, workspace, { recursive: true });
    commands.set(workspace, commands.get(copied ?? "") ?? 0);
    const text = settingsText(stage.vendor(vendor).baseUrl);
    writeFileSync(join(workspace, "meridian.toml"), text);
    return scene;
  };

  const baseOf = createBases(async (name, copied) => {
    const { vendor, steps } = BASES[name];
    const workspace = join(folder, "bases", name);
    const scene = setUp({ workspace, vendor, key: `BASE-${name.toUpperCase()}` }, copied);
    for (const step of steps) requireExit(step, await run(scene, step));
    return workspace;
  });

  return {
    run,
    openScene: async (base, vendor, name) => {
      const id = `${name}-${++scenes}`;
      const workspace = join(folder, "scenes", id);
      return setUp({ workspace, vendor, key: `SCENE-${id.toUpperCase()}` }, await baseOf(base));
    },
    copyOf: copyWorkspace,
    requestsOf: ({ vendor, key }) =>
      stage
        .vendor(vendor)
        .requests()
        .filter((request) => request.apiKey === key),
    closeScene: ({ workspace }) => {
      if (options.keep === true) return;
      remove(workspace);
      remove(copyPathOf(workspace));
    },
    close: async () => {
      await stage.close();
      if (options.keep !== true) remove(folder);
    },
  };
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
