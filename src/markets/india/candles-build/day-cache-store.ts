/**
 * Keeps what builds found out about payloads and sessions of minute candles, so that the next build reads
 * only what changed: `candles/days/` below the staging folder. Deleting it costs time and nothing else;
 * what cannot be read counts as absent.
 */
import { join } from "node:path";
import { z } from "zod";
import { canonicalJson } from "#core/canonical-json.ts";
import { digestOfFile } from "#lake/file-digest-store.ts";
import { partSize } from "#lake/part-store.ts";
import { readTextIfThere, removeLeftoversOf, writeFileAtomic } from "#platform/atomic-file.ts";
import { type DayRecord, dayRecordSchema } from "./day-record.ts";
import type { CandleInterval } from "./minute-payload.ts";
import { type PayloadEntry, payloadEntrySchema } from "./payload-index.ts";

/** Below the staging folder; builds leave it alone. */
export const DAY_CACHE_FOLDER = "candles/days/";

const indexSchema = z.strictObject({
  version: z.string(),
  payloads: z.record(z.string(), payloadEntrySchema),
});

export interface DayCache {
  /** Entries of payloads received on a UTC date, by their keys; empty under another version. */
  readIndex(date: string, version: string): Map<string, PayloadEntry>;
  writeIndex(date: string, version: string, entries: ReadonlyMap<string, PayloadEntry>): void;
  /** The record of a session made from exactly these inputs, with all of its parts as written. */
  readDay(interval: CandleInterval, session: string, key: string): DayRecord | undefined;
  writeDay(interval: CandleInterval, session: string, record: DayRecord): void;
}

/** Opens the cache; the parts that records name are below `analyticsDir`. */
export function openDayCache(options: {
  readonly stagingDir: string;
  readonly analyticsDir: string;
}): DayCache {
  const pathOf = (name: string): string => join(options.stagingDir, DAY_CACHE_FOLDER, name);
  const write = (name: string, value: unknown): void => {
    removeLeftoversOf(pathOf(name));
    writeFileAtomic(pathOf(name), `${canonicalJson(value)}\n`);
  };
  const isWhole = ({ path, sha256 }: DayRecord["parts"][number]): boolean =>
    partSize(options.analyticsDir, path) !== undefined &&
    digestOfFile(join(options.analyticsDir, path)).sha256 === sha256;
  return {
    readIndex: (date, version) => {
      const index = read(pathOf(`payloads-${date}.json`), indexSchema);
      return new Map(index?.version === version ? Object.entries(index.payloads) : []);
    },
    writeIndex: (date, version, entries) =>
      write(`payloads-${date}.json`, { version, payloads: Object.fromEntries(entries) }),
    readDay: (interval, session, key) => {
      const record = read(pathOf(`${interval}-${session}.json`), dayRecordSchema);
      return record?.key === key && record.parts.every(isWhole) ? record : undefined;
    },
    writeDay: (interval, session, record) => write(`${interval}-${session}.json`, record),
  };
}

function read<T>(path: string, schema: z.ZodType<T>): T | undefined {
  const text = readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
