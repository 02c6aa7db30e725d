/**
 * Receipts of tick log segments: made once a segment is complete, so a segment without one belongs to a
 * stream that runs or died. A start repairs and adopts what died; the files of a session are found by
 * their receipts. To be called only by who holds the login of the workspace (`session-lock.ts`).
 */
import { basename } from "node:path";
import { z } from "zod";
import type { RawReceipt } from "#contracts/raw-receipt.ts";
import { assert } from "#core/assert.ts";
import type { EpochMs } from "#core/clock.ts";
import { parseSessionDate, type SessionDate } from "#core/session-date.ts";
import type { RawStore } from "#ingestion/raw-store.ts";
import { instantOfIso } from "#platform/system-clock.ts";
import {
  payloadLengthAt,
  RECORD_HEAD_BYTES,
  RECORD_KINDS,
  readJsonPayload,
  receivedAtMsAt,
  recordKindAt,
} from "./tick-log-format.ts";
import { repairTickLog, scanTickLog, type TickLogRepair } from "./tick-log-read-store.ts";

/** Name of the stream in a receipt's endpoint. */
const ENDPOINT = "smart-stream";

export type AdoptedSegment = {
  /** Relative to the market's raw folder. */
  readonly path: string;
  readonly repair: TickLogRepair["state"];
  /** `null` when nothing was in the file: then it is gone. */
  readonly receipt: RawReceipt | null;
};

/** What a segment holds. */
export type TickLogSummary = {
  /** The session it is of; `null` when its stream died before it knew. */
  readonly session: SessionDate | null;
  readonly frames: number;
  readonly firstReceivedAt: EpochMs;
  readonly newestReceivedAt: EpochMs;
};

const namesSession = z.object({ session: z.string().nullable() });

/**
 * Repairs every segment without a receipt and gives it one. A second call finds nothing to do. A segment
 * with damage before its end keeps its bytes and has a receipt too: readers name the damage.
 */
export function adoptTickLogs(options: {
  readonly rawStore: RawStore;
  /** Of the receipts: `smartapi`. */
  readonly source: string;
  readonly synthetic: boolean;
  /** The segment that is written to, when there is one. */
  readonly except?: string | undefined;
  /** Where the market's raw folder lies. */
  readonly pathOf: (path: string) => string;
}): AdoptedSegment[] {
  const { rawStore, source, synthetic, except, pathOf } = options;
  const found = rawStore.listUnadopted("ticks").filter((path) => path !== except);
  return found.map((path): AdoptedSegment => {
    const repair = repairTickLog(pathOf(path)).state;
    if (repair === "removed") return { path, repair, receipt: null };
    const { session, frames, newestReceivedAt } = summariseTickLog(pathOf(path));
    // Of a segment that is damaged from its beginning only the name says when it is from.
    const fetchedAt = Number.isFinite(newestReceivedAt) ? newestReceivedAt : startOf(path);
    const { receipt } = rawStore.adopt({
      kind: "ticks",
      source,
      synthetic,
      endpoint: { name: ENDPOINT, params: { segment: basename(path), session: session ?? "" } },
      symbol: null,
      fetchedAt,
      format: "ticks",
      path,
      rows: frames,
      newestSession: null,
    });
    return { path, repair, receipt };
  });
}

/** Receipts of the segments of a session, in the order in which they were written. */
export function tickLogReceipts(rawStore: RawStore, session: SessionDate): RawReceipt[] {
  return rawStore
    .receipts({ kinds: ["ticks"] })
    .filter(({ endpoint }) => endpoint.params["session"] === session)
    .sort((a, b) => (segmentOf(a) < segmentOf(b) ? -1 : 1));
}

/** The name of a receipt's segment, which begins with the start of its stream. */
function segmentOf({ endpoint }: RawReceipt): string {
  return endpoint.params["segment"] ?? "";
}

/** When the stream began whose segment this is. */
function startOf(path: string): EpochMs {
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-/.exec(basename(path));
  assert(stamp !== null, `${path} is named as a segment is`);
  const [, year, month, day, hour, minute, second, ms] = stamp;
  return instantOfIso(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/** Looks through a segment, as far as it is whole. */
export function summariseTickLog(path: string): TickLogSummary {
  let session: SessionDate | null = null;
  let frames = 0;
  let firstReceivedAt = Number.POSITIVE_INFINITY;
  let newestReceivedAt = Number.NEGATIVE_INFINITY;
  scanTickLog(path, ({ view, from, to }) => {
    let at = from;
    while (at < to) {
      const kind = recordKindAt(view, at);
      const length = payloadLengthAt(view, at);
      const payload = at + RECORD_HEAD_BYTES;
      if (kind === RECORD_KINDS.FRAME) frames += 1;
      if (kind === RECORD_KINDS.SESSION || kind === RECORD_KINDS.NOTE) {
        session ??= sessionIn(readJsonPayload(view, payload, length));
      }
      firstReceivedAt = Math.min(firstReceivedAt, receivedAtMsAt(view, at));
      newestReceivedAt = Math.max(newestReceivedAt, receivedAtMsAt(view, at));
      at = payload + length;
    }
  });
  return {
    session,
    frames,
    firstReceivedAt: firstReceivedAt as EpochMs,
    newestReceivedAt: newestReceivedAt as EpochMs,
  };
}

function sessionIn(value: unknown): SessionDate | null {
  const parsed = namesSession.safeParse(value);
  return parsed.success ? (parseSessionDate(parsed.data.session ?? "") ?? null) : null;
}
