/** The packets of an input as typed columns, for those who do not read packets: memory and files. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type PartColumn, fillTable } from "#lake/column-chunk-store.ts";
import { createPacketIntake, slotOrderOf } from "#markets/india/ticks/packet-intake.ts";
import type { SessionPlan } from "#markets/india/ticks/session-instruments.ts";
import { type TickInput, framesOf, midnightMsOf } from "./tick-input.ts";

const MS_PER_SECOND = 1000;

/** One entry a packet, in the order of arrival; slots are places in `instruments`. */
export type TickCells = {
  readonly instruments: SessionPlan["instruments"];
  readonly packets: number;
  readonly slot: Int32Array;
  /** Seconds after midnight in India. */
  readonly second: Int32Array;
  readonly sequence: Float64Array;
  readonly price: Int32Array;
  readonly volume: Float64Array;
  readonly average: Int32Array;
};

/** Decodes all packets once. */
export function tickCellsOf(input: TickInput): TickCells {
  const instruments = slotOrderOf(input.plan);
  const intake = createPacketIntake({ ...input.plan, instruments, clock: "feed" });
  const midnightMs = midnightMsOf(input);
  const cells = {
    instruments,
    packets: input.frames,
    slot: new Int32Array(input.frames),
    second: new Int32Array(input.frames),
    sequence: new Float64Array(input.frames),
    price: new Int32Array(input.frames),
    volume: new Float64Array(input.frames),
    average: new Int32Array(input.frames),
  };
  let row = 0;
  for (const frame of framesOf(input)) {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const { register } = intake;
    cells.slot[row] = intake.take(view, 0, frame.byteLength, 0);
    cells.second[row] = (register.exchangeMs - midnightMs) / MS_PER_SECOND;
    cells.sequence[row] = register.sequence;
    cells.price[row] = register.pricePaise;
    cells.volume[row] = register.cumulativeVolume;
    cells.average[row] = register.averagePaise;
    row += 1;
  }
  return cells;
}

/** Makes the tables that the SQL of the bars expects: `ticks` and `instruments`. */
export async function loadTicks(connection: DuckDBConnection, cells: TickCells): Promise<void> {
  const { slot, second, sequence, price, volume, average, instruments, packets } = cells;
  const columns: PartColumn[] = [
    { name: "slot", kind: "int32", cells: slot },
    { name: "second", kind: "int32", cells: second },
    { name: "sequence", kind: "int64", cells: sequence },
    { name: "price", kind: "int32", cells: price },
    { name: "volume", kind: "int64", cells: volume },
    { name: "average", kind: "int32", cells: average },
  ];
  await fillTable(connection, "ticks", columns, packets);
  const rows = instruments.map(({ isIndex }, at) => `(${at}, ${isIndex})`);
  await connection.run(
    `CREATE TABLE instruments AS FROM (VALUES ${rows.join(", ")}) AS of(slot, is_index)`,
  );
}

/** Writes each column as plain numbers into a file of its name, and which slots are indices. */
export function writeTicks(folder: string, cells: TickCells): void {
  for (const name of ["slot", "second", "sequence", "price", "volume", "average"] as const) {
    writeFileSync(join(folder, name), new Uint8Array(cells[name].buffer));
  }
  const isIndex = Uint8Array.from(cells.instruments, (one) => (one.isIndex ? 1 : 0));
  writeFileSync(join(folder, "is_index"), isIndex);
}
