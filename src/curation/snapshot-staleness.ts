/** Whether the snapshot in force still is what a build would make. */
import type { SnapshotManifest } from "#contracts/snapshot.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import { digestOfCalendar } from "#truth/calendar-corrections.ts";
import { recipeInForce } from "./build-job.ts";
import type { MarketDataContext } from "./market-context.ts";
import { rolesOfRecipe, snapshotIdOf, thresholdsOfRows } from "./recipe.ts";

/**
 * True when data, decisions or settings came after the snapshot was built. Where nothing at all came,
 * the positions alone tell; reading a year of receipts would take longer than the question deserves.
 */
export function snapshotIsStale(context: MarketDataContext, manifest: SnapshotManifest): boolean {
  const { recipe } = manifest;
  const { market, settings } = context;
  const thresholds = thresholdsOfRows(market.id, settings.thresholds);
  const isUntouched =
    recipe.builder === market.builder &&
    recipe.rawThroughSeq === context.rawStore.newestSeq() &&
    recipe.eventsThroughSeq === context.events.buildEventsThroughSeq &&
    recipe.calendar.digest === digestOfCalendar(context.calendar.facts) &&
    canonicalJson(recipe.thresholds) === canonicalJson(thresholds) &&
    canonicalJson(recipe.roles) === canonicalJson(rolesOfRecipe(context.proxies));
  return !isUntouched && snapshotIdOf(recipeInForce(context).recipe) !== manifest.snapshot;
}
