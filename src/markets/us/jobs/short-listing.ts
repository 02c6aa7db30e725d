/**
 * Refuses a listing that came short: it stays in raw, the kept master stays in force, and the call
 * goes to the retry queue as a failure, although its answer was data.
 */
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { EpochMs } from "#core/clock.ts";
import type { FetchSummary } from "#ingestion/fetch-job.ts";
import { callKeyOf } from "#ingestion/vendor-call.ts";
import { activeListings, foldListings } from "../listing-master.ts";
import { listingCall } from "../vendor-calls.ts";
import type { UsJobContext } from "./job-context.ts";

/** A short listing is asked for again after this. */
const SHORT_RETRY_MS = 5 * 60_000;

/**
 * The summary with a short listing among its failures. `answered` are the receipts that the calls of
 * the summary led to, known ones included.
 */
export function refuseShortListing(
  context: UsJobContext,
  summary: FetchSummary,
  answered: readonly { readonly receipt: RawReceipt; readonly isNew: boolean }[],
  withdrawn: ReadonlySet<string>,
): FetchSummary {
  const listing = activeListings(answered.map(({ receipt }) => receipt)).at(-1);
  if (listing === undefined) return summary;
  const { rawStore, settings, retryQueue, clock } = context;
  const receipts = rawStore.receipts({ kinds: ["listing"] }).filter(({ id }) => !withdrawn.has(id));
  const fold = foldListings(activeListings(receipts), settings.thresholds.listing_short_share);
  if (!fold.short.some(({ id }) => id === listing.id)) return summary;
  const call = listingCall("active");
  const detail = `the listing has ${listing.rows} rows, the kept one ${fold.master?.rows ?? 0}: it is short and replaces nothing`;
  const failure = "TRUNCATED";
  retryQueue.put(call, failure, detail, (clock.wallMs() + SHORT_RETRY_MS) as EpochMs);
  const isNew = answered.some(({ receipt, isNew: news }) => receipt.id === listing.id && news);
  return {
    ...summary,
    received: summary.received - (isNew ? 1 : 0),
    known: summary.known - (isNew ? 0 : 1),
    failed: [
      ...summary.failed.filter((item) => callKeyOf(item.call) !== callKeyOf(call)),
      { call, failure, detail, queued: true },
    ],
  };
}
