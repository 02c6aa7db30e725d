/**
 * Structured logs: one NDJSON line an event, in `logs/<component>.ndjson` and, from `warn` up, on
 * stderr. Lines carry time, component and market and pass through the secret mask; they are for
 * people and are never read back.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import type { Clock } from "#core/clock.ts";
import type { SecretMask } from "./secrets.ts";
import { isoOfInstant } from "./system-clock.ts";
import type { Workspace } from "./workspace.ts";

export type ComponentLog = Logger;

/** Opens the log of one component. Lines are written at once, so a crash loses none. */
export function openComponentLog(options: {
  readonly workspace: Workspace;
  readonly component: string;
  readonly market: string;
  readonly clock: Clock;
  readonly mask: SecretMask;
}): ComponentLog {
  mkdirSync(options.workspace.logsDir, { recursive: true });
  const file = pino.destination({
    dest: join(options.workspace.logsDir, `${options.component}.ndjson`),
    sync: true,
    mkdir: true,
  });
  return pino(
    {
      level: "info",
      base: { component: options.component, market: options.market },
      timestamp: () => `,"time":"${isoOfInstant(options.clock.wallMs())}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => options.mask.apply(line) },
    },
    pino.multistream([
      { level: "info", stream: file },
      { level: "warn", stream: process.stderr },
    ]),
  );
}
