/** What a benchmark found, as values and as lines for people. Measures nothing itself. */

/** One side of a benchmark: seconds of each round, and of whole processes also CPU and memory. */
export type Side = {
  readonly name: string;
  readonly seconds: readonly number[];
  /** Without the start of the process; absent for what is no process. */
  readonly insideSeconds?: readonly number[] | undefined;
  readonly cpuSeconds?: readonly number[] | undefined;
  readonly peakMib?: readonly number[] | undefined;
};

/** A promise of the product and what was measured of it. */
export type Bound = {
  readonly name: string;
  readonly measured: number;
  readonly limit: number;
  /** Whether the measured value must stay at or under the limit, or reach it. */
  readonly kind: "at_most" | "at_least";
  readonly holds: boolean;
};

export type BenchResult = {
  readonly name: string;
  /** What went in, in words. */
  readonly input: string;
  /** What was found equal before any time counted. */
  readonly equal: readonly string[];
  readonly sides: readonly Side[];
  readonly bounds: readonly Bound[];
  readonly notes: readonly string[];
};

/** A bound with its verdict. */
export function boundOf(bound: Omit<Bound, "holds">): Bound {
  const { kind, measured, limit } = bound;
  return { ...bound, holds: kind === "at_most" ? measured <= limit : measured >= limit };
}

/** Middle value; of an even count the mean of the middle two. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** Ratios round by round: the two runs of a round share what else the machine was doing. */
export function ratiosOf(side: Side, other: Side): number[] {
  return side.seconds.map((seconds, round) => seconds / (other.seconds[round] ?? NaN));
}

/** The result as lines of text. */
export function describeResult(result: BenchResult): string[] {
  const rows = [
    ["", "median s", "min", "max", "inside", "cpu", "peak MiB"],
    ...result.sides.map((side) => [
      side.name,
      fixed(medianOf(side.seconds)),
      fixed(Math.min(...side.seconds)),
      fixed(Math.max(...side.seconds)),
      side.insideSeconds ? fixed(medianOf(side.insideSeconds)) : "",
      side.cpuSeconds ? fixed(medianOf(side.cpuSeconds)) : "",
      side.peakMib ? Math.max(...side.peakMib).toFixed(0) : "",
    ]),
  ];
  const widths =
    rows[0]?.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length))) ?? [];
  return [
    `${result.name}: ${result.input}`,
    ...result.equal.map((what) => `  equal: ${what}`),
    ...rows.map((row) =>
      `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ")}`.trimEnd(),
    ),
    ...result.bounds.map((bound) => `  ${describeBound(bound)}`),
    ...result.notes.map((note) => `  ${note}`),
  ];
}

function describeBound({ name, measured, limit, kind, holds }: Bound): string {
  const sign = kind === "at_most" ? "<=" : ">=";
  return `${holds ? "PASS" : "FAIL"} ${name}: ${fixed(measured)} (${sign} ${limit})`;
}

function fixed(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value < 1 ? 3 : 2);
}
