/** Whether the snapshot in force still is what a build would make: the recipes are compared. */
import type { SnapshotManifest } from "#contracts/snapshot.ts";
import { snapshotIdOf } from "#curation/recipe.ts";
import { usRecipe } from "#markets/us/build/build-job.ts";
import type { UsDataContext } from "#markets/us/us-data-context.ts";

/** True when data or decisions came after the snapshot was built. */
export function snapshotIsStale(us: UsDataContext, manifest: SnapshotManifest): boolean {
  return snapshotIdOf(usRecipe(us).recipe) !== manifest.snapshot;
}
