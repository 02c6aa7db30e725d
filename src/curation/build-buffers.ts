/** The buffers of one build: what is collected for each dataset, and the parts they leave in. */
import { PART_FOLDERS } from "#lake/snapshot-store.ts";
import type { PartWriter, WrittenPart } from "#lake/part-store.ts";
import { startRowText } from "#lake/row-text.ts";
import { createDatedBuffer } from "./dated-part.ts";
import { DIVIDEND_DECIMALS, SERIES_DECIMALS, SPLIT_DECIMALS } from "./market-parsers.ts";
import { createPartSink } from "./part-sink.ts";
import { createAnalyticsBuffer, createStagingBuffer } from "./price-part.ts";

/** Opens the buffers over two writers, one for what readers see and one for staging. */
export function createBuildBuffers(analytics: PartWriter, staging: PartWriter) {
  const texts = {
    daily: startRowText("prices/1d"),
    intraday: startRowText("prices/5min"),
    events: startRowText("events"),
    series: startRowText("series"),
  };
  const daily = createAnalyticsBuffer("daily", texts.daily);
  const intraday = createAnalyticsBuffer("intraday", texts.intraday);
  const stagedDaily = createStagingBuffer("daily");
  const stagedIntraday = createStagingBuffer("intraday");
  const eventColumns = [
    { name: "split_factor", decimals: SPLIT_DECIMALS },
    { name: "dividend", decimals: DIVIDEND_DECIMALS },
  ];
  const events = createDatedBuffer(eventColumns, texts.events);
  const series = createDatedBuffer([{ name: "value", decimals: SERIES_DECIMALS }], texts.series);
  const published = [
    createPartSink(analytics, PART_FOLDERS.daily, daily),
    createPartSink(analytics, PART_FOLDERS.intraday5m, intraday),
    createPartSink(analytics, PART_FOLDERS.events, events),
    createPartSink(analytics, PART_FOLDERS.series, series),
  ];
  const staged = [
    createPartSink(staging, PART_FOLDERS.daily, stagedDaily),
    createPartSink(staging, PART_FOLDERS.intraday5m, stagedIntraday),
  ];
  return {
    daily,
    intraday,
    stagedDaily,
    stagedIntraday,
    events,
    series,
    /** Ends the parts that are full; to be called between symbols. */
    settle: async (): Promise<void> => {
      for (const sink of [...published, ...staged]) await sink.settle();
    },
    /** Writes all that is left. Content digests are by dataset. */
    finish: async (): Promise<{
      readonly files: WrittenPart[];
      readonly digests: { readonly [dataset: string]: string };
    }> => {
      const files: WrittenPart[] = [];
      for (const sink of published) files.push(...(await sink.finish()));
      for (const sink of staged) await sink.finish();
      const digests: { [dataset: string]: string } = {};
      for (const [dataset, text] of Object.entries(texts)) digests[dataset] = text.digest();
      return { files, digests };
    },
  };
}

export type BuildBuffers = ReturnType<typeof createBuildBuffers>;
