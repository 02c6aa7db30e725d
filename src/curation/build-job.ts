/**
 * `<market> build`: raw to staging to analytics, and the one place where a snapshot becomes the one in
 * force. Also makes an older snapshot again from its recipe.
 */
import { join } from "node:path";
import { z } from "zod";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { type Thresholds, settingsSchema } from "#contracts/settings.ts";
import {
  type BuildReport,
  type SnapshotManifest,
  type SnapshotRecipe,
  snapshotRecipeSchema,
} from "#contracts/snapshot.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { StoredReceipt } from "#ingestion/raw-registry-store.ts";
import { payloadOf } from "#ledger/ledger-store.ts";
import { takeJobLock } from "#platform/job-lock.ts";
import { readWorkspaceKind } from "#platform/workspace.ts";
import { TRUTH_EVENT_KINDS, foldTruthEvents } from "#truth/truth-events.ts";
import { pointToSnapshot, readPointedSnapshot } from "#lake/snapshot-store.ts";
import { calendarOfRecipe } from "#truth/market-calendar.ts";
import { type MarketDataContext, readDecisions } from "./market-context.ts";
import { makeRecipe, snapshotIdOf } from "./recipe.ts";
import { type BuildOutcome, buildSnapshot } from "./snapshot-build.ts";

export type MarketBuildReport = {
  readonly snapshot: string;
  readonly contentDigest: string;
  readonly wasThere: boolean;
  readonly manifest: SnapshotManifest;
  readonly report: BuildReport;
};

/** Builds what the raw store and the ledger hold. @throws NOTHING_TO_BUILD, JOB_RUNNING, DISK_FULL */
export async function runBuildJob(opened: MarketDataContext): Promise<MarketBuildReport> {
  const { market, workspace } = opened;
  const lock = takeJobLock(workspace, `${market.id}-build`, opened.clock.wallMs());
  try {
    opened.rawStore.recover();
    // What was decided before the lock was taken counts: another build must not be overtaken by this one.
    const context = { ...opened, ...readDecisions(opened) };
    const { recipe, receipts } = recipeInForce(context);
    if (receipts.every((receipt) => market.referenceKinds.includes(receipt.kind))) {
      throw new MeridianError("NOTHING_TO_BUILD", {
        message: `no prices or series of the ${market.name} market were received yet`,
        nextStep: market.howToReceive,
      });
    }
    const { calendar } = context;
    const outcome = await build(context, { recipe, receipts, calendar, isInForce: true });
    recordSnapshot(context, outcome);
    pointToSnapshot(workspace.analyticsDir(market.id), outcome.manifest.snapshot);
    return reportOf(outcome);
  } finally {
    lock.release();
  }
}

/** The recipe of what the raw store and the ledger hold now, and the receipts it covers. */
export function recipeInForce(context: MarketDataContext): {
  readonly recipe: SnapshotRecipe;
  readonly receipts: readonly StoredReceipt[];
} {
  const rawThroughSeq = context.rawStore.newestSeq();
  const receipts = context.rawStore
    .receipts({ throughSeq: rawThroughSeq })
    .filter((receipt) => !context.events.withdrawn.has(receipt.id));
  const recipe = makeRecipe({
    market: context.market.id,
    builder: context.market.builder,
    calendar: context.calendar.facts,
    corrections: context.corrections,
    receipts,
    rawThroughSeq,
    decisions: context.events.decisions,
    eventsThroughSeq: context.events.buildEventsThroughSeq,
    proxies: context.proxies,
    thresholds: context.settings.thresholds,
  });
  return { recipe, receipts };
}

/**
 * Makes a snapshot of the past again, beside the one in force.
 * @throws SNAPSHOT_UNKNOWN, SNAPSHOT_NOT_REPEATABLE when an input is gone or was changed
 */
export async function runRebuildJob(
  context: MarketDataContext,
  snapshot: string,
): Promise<MarketBuildReport> {
  const { market, workspace } = context;
  const lock = takeJobLock(workspace, `${market.id}-build`, context.clock.wallMs());
  try {
    context.rawStore.recover();
    const { recipe, contentDigest } = findRecipe(context, snapshot);
    const events = foldTruthEvents(
      context.ledger.entries({ kinds: TRUTH_EVENT_KINDS, throughSeq: recipe.eventsThroughSeq }),
    );
    const receipts = context.rawStore
      .receipts({ throughSeq: recipe.rawThroughSeq })
      .filter((receipt) => !events.withdrawn.has(receipt.id));
    const calendar = calendarOfRecipe(market.publishedCalendar, recipe.calendar);
    const thresholds = thresholdsOf(snapshot, recipe);
    const again = makeRecipe({
      market: market.id,
      builder: market.builder,
      calendar: calendar.facts,
      corrections: recipe.calendar.corrections,
      receipts,
      rawThroughSeq: recipe.rawThroughSeq,
      decisions: events.decisions,
      eventsThroughSeq: recipe.eventsThroughSeq,
      proxies: { id: "", version: "", roles: recipe.roles },
      thresholds,
    });
    if (snapshotIdOf(again) !== snapshot) throw notRepeatable(snapshot, recipe, again);
    const settings = { ...context.settings, thresholds };
    const isInForce = readPointedSnapshot(workspace.analyticsDir(market.id)) === snapshot;
    const outcome = await build(
      { ...context, settings },
      { recipe, receipts, calendar, isInForce },
    );
    if (outcome.manifest.contentDigest !== contentDigest) {
      throw new MeridianError("SNAPSHOT_NOT_REPEATABLE", {
        message: `${snapshot} now has the content digest ${outcome.manifest.contentDigest}, recorded was ${contentDigest}`,
        facts: { snapshot },
      });
    }
    return reportOf(outcome);
  } finally {
    lock.release();
  }
}

async function build(
  context: MarketDataContext,
  of: {
    readonly recipe: SnapshotRecipe;
    readonly receipts: readonly StoredReceipt[];
    readonly calendar: MarketDataContext["calendar"];
    /** Staging is that of the snapshot in force; any other uses a folder that goes with the build. */
    readonly isInForce: boolean;
  },
): Promise<BuildOutcome> {
  const { workspace, market } = context;
  const { recipe, receipts, calendar } = of;
  const { thresholds } = context.settings;
  const staging = workspace.stagingDir(market.id);
  const readBody = (receipt: RawReceipt): Uint8Array => context.rawStore.readBody(receipt);
  const onProgress = (done: number, total: number, label: string): void =>
    context.progress.step(label, done, total);
  const roleOf = market.roleOf({
    roles: recipe.roles,
    receipts: () => receipts,
    thresholds,
    readBody,
  });
  const inputs = {
    workspace,
    recipe,
    receipts,
    readBody,
    calendar,
    thresholds,
    roleOf,
    onProgress,
  };
  return await buildSnapshot({
    ...inputs,
    analyticsDir: workspace.analyticsDir(market.id),
    stagingDir: of.isInForce ? staging : `${staging}-past`,
    keepsStaging: of.isInForce,
    stagingKept: market.stagingKept,
    quarantineDir: workspace.quarantineDir(market.id),
    temporaryDir: join(workspace.stateDir, "duckdb"),
    synthetic: readWorkspaceKind(workspace) === "synthetic",
    parsers: market.parsers(),
    settleMinutes: market.settleMinutes(thresholds),
    decisions: decisionsOf(context, recipe),
    datasets: market.datasets?.(inputs),
  });
}

function thresholdsOf(snapshot: string, recipe: SnapshotRecipe): Thresholds {
  const { success, data } = settingsSchema.shape.thresholds.safeParse(recipe.thresholds);
  if (success) return data;
  throw new MeridianError("SNAPSHOT_NOT_REPEATABLE", {
    message: `${snapshot} was built with thresholds that this version does not have`,
    facts: { snapshot, thresholds: recipe.thresholds },
  });
}

function decisionsOf(context: MarketDataContext, recipe: SnapshotRecipe) {
  const throughSeq = recipe.eventsThroughSeq;
  return foldTruthEvents(context.ledger.entries({ kinds: TRUTH_EVENT_KINDS, throughSeq }))
    .decisions;
}

/** One ledger entry a snapshot. A later build of the same recipe must have the same content. */
function recordSnapshot(context: MarketDataContext, { manifest }: BuildOutcome): void {
  const { snapshot, contentDigest, recipe } = manifest;
  const payload = { snapshot, contentDigest, recipe: z.record(z.string(), z.json()).parse(recipe) };
  const entry = { kind: "SNAPSHOT_BUILT", actor: `${context.market.id} build`, payload } as const;
  const standing = payloadOf(context.ledger.appendFirst(entry, snapshot), "SNAPSHOT_BUILT");
  if (standing.contentDigest === contentDigest) return;
  throw new MeridianError("SNAPSHOT_NOT_REPEATABLE", {
    message: `${snapshot} was built before with the content digest ${standing.contentDigest}, now it is ${contentDigest}`,
    facts: { snapshot },
  });
}

function findRecipe(
  context: MarketDataContext,
  snapshot: string,
): { readonly recipe: SnapshotRecipe; readonly contentDigest: string } {
  for (const entry of context.ledger.entries({ kinds: ["SNAPSHOT_BUILT"], newestFirst: true })) {
    const payload = payloadOf(entry, "SNAPSHOT_BUILT");
    if (payload.snapshot !== snapshot) continue;
    const recipe = snapshotRecipeSchema.parse(payload.recipe);
    return { recipe, contentDigest: payload.contentDigest };
  }
  throw new MeridianError("SNAPSHOT_UNKNOWN", {
    message: `no snapshot ${snapshot} was ever built here`,
    facts: { snapshot },
  });
}

function notRepeatable(snapshot: string, was: SnapshotRecipe, is: SnapshotRecipe): MeridianError {
  const differs = Object.entries(was)
    .filter(
      ([key, value]) =>
        canonicalJson(value) !==
        canonicalJson(Object.entries(is).find(([name]) => name === key)?.[1]),
    )
    .map(([key]) => key);
  return new MeridianError("SNAPSHOT_NOT_REPEATABLE", {
    message: `the inputs of ${snapshot} are not what they were: ${differs.join(", ")} differ`,
    facts: { snapshot, differs },
  });
}

function reportOf({ manifest, report, wasThere }: BuildOutcome): MarketBuildReport {
  const { snapshot, contentDigest } = manifest;
  return { snapshot, contentDigest, wasThere, manifest, report };
}
