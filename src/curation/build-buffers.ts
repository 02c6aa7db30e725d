/** The buffers of one build: what is collected for each dataset, and the parts they leave in. */
import { PART_FOLDERS } from "#lake/snapshot-store.ts";
import type { PartWriter, WrittenPart } from "#lake/part-store.ts";
import { startRowText } from "#lake/row-text.ts";
import { createDatedBuffer } from "./dated-part.ts";
import { DIVIDEND_DECIMALS, SERIES_DECIMALS, SPLIT_DECIMALS } from "./market-parsers.ts";
import { type PartBuffer, type PartSink, createPartSink } from "./part-sink.ts";
import { type PriceBuffer, createPriceBuffer } from "./price-part.ts";
import { OUTCOME_ACCEPTED, ROW_OUTCOMES } from "./row-outcome.ts";

/** Which staged rows readers see, in SQL. */
const IS_ACCEPTED = `outcome = '${ROW_OUTCOMES[OUTCOME_ACCEPTED]}'`;

/** Opens the buffers over two writers, one for what readers see and one for staging. */
export function createBuildBuffers(analytics: PartWriter, staging: PartWriter) {
  const texts = {
    daily: startRowText("prices/1d"),
    intraday: startRowText("prices/5min"),
    events: startRowText("events"),
    series: startRowText("series"),
  };
  const daily = createPriceBuffer("daily", texts.daily);
  const intraday = createPriceBuffer("intraday", texts.intraday);
  const eventColumns = [
    { name: "split_factor", decimals: SPLIT_DECIMALS },
    { name: "dividend", decimals: DIVIDEND_DECIMALS },
  ];
  const events = createDatedBuffer(eventColumns, texts.events);
  const series = createDatedBuffer([{ name: "value", decimals: SERIES_DECIMALS }], texts.series);
  const publish = (folder: string, buffer: PartBuffer): PartSink =>
    createPartSink(buffer, async () => {
      const filled = await analytics.fill(folder, buffer.columns(), buffer.rows);
      return () => filled.write();
    });
  const stagedParts: WrittenPart[] = [];
  /** All rows go to staging, and of the same copy the accepted ones to analytics. */
  const stageAndPublish = (folder: string, buffer: PriceBuffer): PartSink =>
    createPartSink(buffer, async () => {
      const { rows, accepted, published, staged } = buffer;
      const filled = await staging.fill(folder, buffer.columns(), rows);
      const toStaging = { root: staging.root, folder, columns: staged, rows };
      if (accepted === 0) {
        return async () => {
          stagedParts.push(...(await filled.writeOutputs([toStaging])));
          return undefined;
        };
      }
      const forReaders = { columns: published, where: IS_ACCEPTED, rows: accepted };
      const toAnalytics = { root: analytics.root, folder, ...forReaders };
      return async () => {
        const [part, ...rest] = await filled.writeOutputs([toAnalytics, toStaging]);
        stagedParts.push(...rest);
        return part;
      };
    });
  const sinks = [
    stageAndPublish(PART_FOLDERS.daily, daily),
    stageAndPublish(PART_FOLDERS.intraday5m, intraday),
    publish(PART_FOLDERS.events, events),
    publish(PART_FOLDERS.series, series),
  ];
  return {
    daily,
    intraday,
    events,
    series,
    /** Ends the parts that are full; to be called between symbols. */
    settle: async (): Promise<void> => {
      for (const sink of sinks) await sink.settle();
    },
    /** Writes all that is left. Content digests are by dataset. */
    finish: async (): Promise<{
      readonly files: WrittenPart[];
      readonly staged: readonly WrittenPart[];
      readonly digests: { readonly [dataset: string]: string };
    }> => {
      const files: WrittenPart[] = [];
      for (const sink of sinks) files.push(...(await sink.finish()));
      const digests: { [dataset: string]: string } = {};
      for (const [dataset, text] of Object.entries(texts)) digests[dataset] = text.digest();
      return { files, staged: stagedParts, digests };
    },
  };
}

export type BuildBuffers = ReturnType<typeof createBuildBuffers>;
