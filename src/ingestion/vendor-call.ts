/**
 * What makes two vendor calls the same one, and the form in which a call is kept between jobs.
 * Asking the vendor is the source's business.
 */
import { z } from "zod";
import { RAW_KINDS } from "#contracts/raw-receipt.ts";
import { canonicalJson } from "#core/canonical-json.ts";
import { CALL_FAILURES, type CallFailure, type VendorCall } from "./market-data-source.ts";

const callFields = {
  kind: z.enum(RAW_KINDS),
  name: z.string().min(1),
  params: z.record(z.string(), z.string()),
  symbol: z.string().min(1).nullable(),
};

/** A kept call. Only one step down is kept: a downgraded call has no downgrade of its own. */
export const vendorCallSchema: z.ZodType<VendorCall> = z.strictObject({
  ...callFields,
  downgrade: z.strictObject(callFields).optional(),
});

/** Equal for two calls with equal name and parameters, whatever the order of the parameters. */
export function callKeyOf(call: VendorCall): string {
  return canonicalJson([call.name, call.params]);
}

/** What a person reads of a call: `TIME_SERIES_DAILY IBM`. */
export function callLabelOf(call: VendorCall): string {
  return call.symbol === null ? call.name : `${call.name} ${call.symbol}`;
}

/** Whether the text names a failure of this product version. */
export function isCallFailure(text: string): text is CallFailure {
  return Object.hasOwn(CALL_FAILURES, text);
}
