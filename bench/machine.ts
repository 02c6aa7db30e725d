/** Says on what a benchmark ran: absolute times mean nothing without it. */
import { version as duckDbVersion } from "@duckdb/node-api";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly node: string;
  readonly duckDb: string;
  readonly platform: string;
  /** Mean number of processes that wanted a core in the last minute, before anything ran. */
  readonly load: number;
  readonly says: string;
};

export function describeMachine(): Machine {
  const cpu = cpus()[0]?.model.trim() ?? "unknown";
  const cores = availableParallelism();
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0] ?? 0;
  const facts = {
    cpu,
    cores,
    memoryGib,
    node: process.version,
    duckDb: duckDbVersion(),
    platform: `${process.platform} ${process.arch}`,
    load,
  };
  const says = `${cpu}, ${cores} cores, ${memoryGib} GiB; ${facts.platform}, Node ${facts.node}, DuckDB ${facts.duckDb}; load ${load.toFixed(1)}`;
  return { ...facts, says };
}
