/**
 * The record of job runs: which job ran when and how it ended, for `status` and the operator. It is
 * no audit (the ledger is) and keeps no second run out (the job lock does).
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { assert } from "#core/assert.ts";
import { type JsonValue, canonicalJson } from "#core/canonical-json.ts";
import type { Clock, EpochMs } from "#core/clock.ts";
import { inTransaction } from "#platform/state-store.ts";

/** How a run ended. `partial`: something planned failed and waits; `interrupted`: its process died. */
export const JOB_OUTCOMES = ["running", "done", "partial", "failed", "interrupted"] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

export type JobRun = {
  readonly id: number;
  /** e.g. `us daily`. */
  readonly job: string;
  readonly startedAt: EpochMs;
  /** Null while it runs. For an interrupted run: when that was noticed. */
  readonly endedAt: EpochMs | null;
  readonly outcome: JobOutcome;
  /** What the job reported at its end; null before. */
  readonly summary: JsonValue;
};

/** Contract, caller: holds the job's lock from before `start` to after `finish`. */
export interface JobRuns {
  /** Records a start. Runs of this job that never ended are marked interrupted: their lock was free. */
  start(job: string): JobRun;
  finish(
    run: JobRun,
    end: { readonly outcome: "done" | "partial" | "failed"; readonly summary: JsonValue },
  ): JobRun;
  /** Runs, newest first; of one job when it is named. */
  list(filter?: {
    readonly job?: string | undefined;
    readonly limit?: number | undefined;
  }): JobRun[];
}

const LIST_LIMIT_DEFAULT = 50;

const TABLE = `CREATE TABLE IF NOT EXISTS job_runs (
  id INTEGER PRIMARY KEY,
  job TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  outcome TEXT NOT NULL,
  summary TEXT NOT NULL
)`;

const epochMs = z.int().transform((value) => value as EpochMs);
const rowSchema = z.object({
  id: z.int(),
  job: z.string(),
  started_at_ms: epochMs,
  ended_at_ms: epochMs.nullable(),
  outcome: z.enum(JOB_OUTCOMES),
  summary: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.json()),
});

/** Opens the job runs of a market's state file. */
export function openJobRuns(options: {
  readonly database: DatabaseSync;
  readonly clock: Clock;
}): JobRuns {
  const { database, clock } = options;
  database.exec(TABLE);
  const interrupt = database.prepare(
    `UPDATE job_runs SET outcome = 'interrupted', ended_at_ms = ? WHERE job = ? AND ended_at_ms IS NULL`,
  );
  const insert = database.prepare(
    "INSERT INTO job_runs (job, started_at_ms, outcome, summary) VALUES (?, ?, 'running', 'null') RETURNING *",
  );
  const close = database.prepare(
    `UPDATE job_runs SET ended_at_ms = ?, outcome = ?, summary = ?
     WHERE id = ? AND ended_at_ms IS NULL RETURNING *`,
  );
  const select = database.prepare(
    "SELECT * FROM job_runs WHERE ?1 IS NULL OR job = ?1 ORDER BY id DESC LIMIT ?2",
  );
  return {
    start: (job) =>
      inTransaction(database, () => {
        const startedAt = clock.wallMs();
        interrupt.run(startedAt, job);
        return runOf(insert.get(job, startedAt));
      }),
    finish: (run, { outcome, summary }) =>
      inTransaction(database, () => {
        const row = close.get(clock.wallMs(), outcome, canonicalJson(summary), run.id);
        assert(row !== undefined, `the run ${run.id} of ${run.job} ends once`);
        return runOf(row);
      }),
    list: (filter = {}) =>
      select.all(filter.job ?? null, filter.limit ?? LIST_LIMIT_DEFAULT).map((row) => runOf(row)),
  };
}

function runOf(stored: unknown): JobRun {
  const row = rowSchema.parse(stored);
  return {
    id: row.id,
    job: row.job,
    startedAt: row.started_at_ms,
    endedAt: row.ended_at_ms,
    outcome: row.outcome,
    summary: row.summary,
  };
}
