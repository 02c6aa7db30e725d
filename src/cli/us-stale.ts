/** Whether the snapshot in force still is what a build would make. */
import type { SnapshotManifest } from "#contracts/snapshot.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import {
  BUILDER_VERSION,
  rolesOfRecipe,
  snapshotIdOf,
  thresholdsOfRows,
} from "#curation/recipe.ts";
import { usRecipe } from "#markets/us/build/build-job.ts";
import type { UsDataContext } from "#markets/us/us-data-context.ts";
import { digestOfCalendar } from "#truth/calendar-corrections.ts";

/**
 * True when data, decisions or settings came after the snapshot was built. Where nothing at all came,
 * the positions alone tell; reading a year of receipts would take longer than the question deserves.
 */
export function snapshotIsStale(us: UsDataContext, manifest: SnapshotManifest): boolean {
  const { recipe } = manifest;
  const isUntouched =
    recipe.builder === BUILDER_VERSION &&
    recipe.rawThroughSeq === us.rawStore.newestSeq() &&
    recipe.eventsThroughSeq === us.events.buildEventsThroughSeq &&
    recipe.calendar.digest === digestOfCalendar(us.calendar.facts) &&
    canonicalJson(recipe.thresholds) === canonicalJson(thresholdsOfRows(us.settings.thresholds)) &&
    canonicalJson(recipe.roles) === canonicalJson(rolesOfRecipe(us.proxies));
  return !isUntouched && snapshotIdOf(usRecipe(us).recipe) !== manifest.snapshot;
}
