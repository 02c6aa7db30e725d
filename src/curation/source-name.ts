/** How the source of rows is named to readers. */
import type { RawReceipt } from "#contracts/raw-receipt.ts";

/** The source of a payload's rows; SYNTHETIC data says so in every row (decision 33). */
export function sourceNameOf(receipt: Pick<RawReceipt, "source" | "synthetic">): string {
  return receipt.synthetic ? `SYNTHETIC:${receipt.source}` : receipt.source;
}
