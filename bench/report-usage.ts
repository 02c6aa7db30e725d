/**
 * Loaded before a measured process (`node --import`): on exit it writes what the process used to the
 * file that MERIDIAN_BENCH_USAGE names. It changes nothing else about the process.
 */
import { readFileSync, writeFileSync } from "node:fs";

const KIB_PER_MIB = 1024;
const MICROSECONDS = 1e6;
const startedMs = performance.now();
const path = process.env["MERIDIAN_BENCH_USAGE"];

if (path !== undefined) {
  process.on("exit", () => {
    const usage = process.resourceUsage();
    const report = {
      insideSeconds: (performance.now() - startedMs) / 1000,
      cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / MICROSECONDS,
      peakMib: (peakKib() ?? usage.maxRSS) / KIB_PER_MIB,
    };
    writeFileSync(path, JSON.stringify(report));
  });
}

/** Linux counts into a process's maxRSS what its parent held when it was forked; the status file does not. */
function peakKib(): number | undefined {
  try {
    const match = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return match === null ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}
