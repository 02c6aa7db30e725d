/** Who holds the one login with SmartAPI now, for the screens: a stream, or another job that asks the vendor. */
import { z } from "zod";
import { SESSION_LOCK } from "#markets/india/session/session-lock.ts";
import { findStreamingProcess } from "#markets/india/session/stop-request-store.ts";
import { findJobHolder } from "#platform/job-lock.ts";
import type { Workspace } from "#platform/workspace.ts";

export type SessionHolder = {
  /** Null for a holder that has not named itself yet. */
  readonly pid: number | null;
  /** When it took the login, ISO in UTC. */
  readonly since: string | null;
  readonly isStream: boolean;
};

const holderSchema = z.object({ pid: z.number(), startedAt: z.string() });

/** Null when nobody holds it. Writes nothing. */
export function findHolder(workspace: Workspace): SessionHolder | null {
  const text = findJobHolder(workspace, SESSION_LOCK);
  if (text === undefined) return null;
  const named = parseHolder(text);
  if (named === undefined) return { pid: null, since: null, isStream: false };
  const { pid, startedAt: since } = named;
  return { pid, since, isStream: findStreamingProcess(workspace) === pid };
}

/** One line about the holder. */
export function describeHolder({ pid, since, isStream }: SessionHolder): string {
  const whose = pid === null ? "a process that has just begun" : `process ${pid}`;
  const when = since === null ? "" : ` since ${since}`;
  return isStream
    ? `a stream is running: ${whose}${when}; meridian india stop ends it`
    : `${whose} holds the SmartAPI session${when}`;
}

function parseHolder(text: string): z.output<typeof holderSchema> | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
