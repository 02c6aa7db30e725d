/** A progress line on a terminal for work that takes longer than two seconds; silence elsewhere. */
import { performance } from "node:perf_hooks";

const SHOW_AFTER_MS = 2000;
const REDRAW_MS = 100;
const BAR_CELLS = 24;

export interface ProgressLine {
  step(label: string, done: number, total: number): void;
  end(): void;
}

/** Starts a progress line on stderr. */
export function startProgress(): ProgressLine {
  const startedMs = performance.now();
  let drawnMs = 0;
  const isTerminal = process.stderr.isTTY;
  return {
    step: (label, done, total) => {
      const elapsedMs = performance.now();
      if (!isTerminal || elapsedMs - startedMs < SHOW_AFTER_MS || elapsedMs - drawnMs < REDRAW_MS)
        return;
      drawnMs = elapsedMs;
      const filled = total === 0 ? 0 : Math.round((done / total) * BAR_CELLS);
      const bar = "#".repeat(filled).padEnd(BAR_CELLS, ".");
      process.stderr.write(`\r\u001B[K${bar} ${done}/${total} ${label}`);
    },
    end: () => {
      if (drawnMs > 0) process.stderr.write("\r\u001B[K");
    },
  };
}
