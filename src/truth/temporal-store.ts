/**
 * `data/truth/<market>/temporal_state.json`: the three times and their state for people and tools. A
 * projection of the ledger and the registry, rewritten whole when it differs and never read back.
 */
import { join } from "node:path";
import { canonicalJson } from "#core/canonical-json.ts";
import type { Verdict } from "#core/verdict.ts";
import { readTextIfThere, removeLeftoversOf, writeFileAtomic } from "#platform/atomic-file.ts";

export type TemporalView = {
  readonly market: string;
  readonly synthetic: boolean;
  readonly rdt: string | null;
  readonly ctt: string | null;
  readonly te: string | null;
  readonly state: string;
  readonly snapshot: string | null;
  readonly calendar: string;
  readonly verdict: Verdict | null;
};

/** Writes the view unless the file already says the same. */
export function writeTemporalView(truthDir: string, view: TemporalView): void {
  const path = join(truthDir, "temporal_state.json");
  const text = `${canonicalJson(view)}\n`;
  removeLeftoversOf(path);
  if (readTextIfThere(path) !== text) writeFileAtomic(path, text);
}
