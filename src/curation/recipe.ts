/**
 * The recipe of a snapshot: everything it is a function of, and nothing else (decision 11). Equal
 * recipes give equal ids, so a build with nothing new finds its snapshot already there.
 */
import type { CalendarCorrection } from "#contracts/calendar-correction.ts";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import type { Thresholds } from "#contracts/settings.ts";
import type { SnapshotRecipe } from "#contracts/snapshot.ts";
import type { CalendarFacts } from "#core/calendar.ts";
import type { MarketId, ProxySet } from "#core/market-definition.ts";
import { digestOfJson } from "#platform/digest.ts";
import { digestOfCalendar, publishedVersionOf } from "#truth/calendar-corrections.ts";
import type { ReviewDecision } from "./reviews.ts";

/** Version of what is the same for all markets; raised by hand whenever the same inputs would give other rows. */
export const BUILDER_VERSION = "meridian-build 2";

export type RecipeInputs = {
  readonly market: MarketId;
  /** Version of all code that makes the rows. */
  readonly builder: string;
  readonly calendar: CalendarFacts;
  readonly corrections: readonly CalendarCorrection[];
  /** Receipts to build from, withdrawn ones left out. */
  readonly receipts: readonly RawReceipt[];
  readonly rawThroughSeq: number;
  readonly decisions: ReadonlyMap<string, ReviewDecision>;
  readonly eventsThroughSeq: number;
  readonly proxies: ProxySet;
  readonly thresholds: Thresholds;
};

/** Writes down what a build will be computed from. */
export function makeRecipe(inputs: RecipeInputs): SnapshotRecipe {
  const raw = inputs.receipts.map((receipt) => [receipt.id, receipt.sha256]);
  const decisions = [...inputs.decisions].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    market: inputs.market,
    builder: inputs.builder,
    calendar: {
      version: inputs.calendar.version,
      digest: digestOfCalendar(inputs.calendar),
      corrections: [...inputs.corrections],
      base: {
        version: publishedVersionOf(inputs.calendar),
        from: inputs.calendar.from,
        to: inputs.calendar.to,
      },
    },
    rawThroughSeq: inputs.rawThroughSeq,
    rawDigest: digestOfJson(raw),
    eventsThroughSeq: inputs.eventsThroughSeq,
    eventsDigest: digestOfJson(decisions),
    roles: rolesOfRecipe(inputs.proxies),
    thresholds: thresholdsOfRows(inputs.market, inputs.thresholds),
  };
}

/** What a snapshot depends on of a proxy set: which symbols play which roles, and of what class. */
export function rolesOfRecipe(proxies: ProxySet): SnapshotRecipe["roles"] {
  return proxies.roles.map(({ symbol, role, blocking, instrumentClass }) => ({
    symbol,
    role,
    blocking,
    instrumentClass,
  }));
}

/** What says how far truth time moves, and what happens while a market streams. */
const NEVER_OF_ROWS = [
  "coverage_failed_share_max",
  "first_load_sessions",
  "india_seal_delay_ms",
  "india_clock_offset_warn_ms",
  "momentum_hod_distance_percent",
  "momentum_volume_ratio",
  "momentum_volume_candles",
  "momentum_clean_percent",
  "momentum_false_percent",
  "momentum_surge_percent",
] as const satisfies readonly (keyof Thresholds)[];

/** Thresholds that decide no row of a market: a new threshold counts until it is named here. */
const NOT_OF_ROWS: { readonly [market in MarketId]: readonly (keyof Thresholds)[] } = {
  us: [...NEVER_OF_ROWS, "india_settle_minutes"],
  india: [...NEVER_OF_ROWS, "us_settle_minutes", "listing_short_share"],
};

/** The thresholds that decide rows of a market. */
export function thresholdsOfRows(
  market: MarketId,
  thresholds: Thresholds,
): SnapshotRecipe["thresholds"] {
  const left: readonly string[] = NOT_OF_ROWS[market];
  return Object.fromEntries(Object.entries(thresholds).filter(([name]) => !left.includes(name)));
}

/**
 * `SNAP-` and 16 hex digits of the recipe without its two reading positions, and without the calendar's
 * base, which the calendar's digest covers.
 */
export function snapshotIdOf(recipe: SnapshotRecipe): string {
  const { rawThroughSeq: _raw, eventsThroughSeq: _events, calendar, ...content } = recipe;
  const { base: _base, ...ofCalendar } = calendar;
  return `SNAP-${digestOfJson({ ...content, calendar: ofCalendar }).slice(0, 16)}`;
}
