/** `india stop`: asks the stream of another terminal to end, and waits until its day is published. */
import { MeridianError } from "#core/meridian-error.ts";
import { findSessionHolder, nameSessionInUse } from "#markets/india/session/session-lock.ts";
import {
  findStreamingProcess,
  writeStopRequest,
} from "#markets/india/session/stop-request-store.ts";
import { isRunning } from "#platform/running-process.ts";
import type { CommandContext } from "../command-context.ts";
import type { RunCommand } from "../command-spec.ts";

const WAIT_MS = 200;
const NAME_MS_MAX = 1000;
/** The stream's last phase asks for candles of all instruments inside the vendor's limits. */
const WAIT_MS_MAX = 20 * 60_000;

/** Exit 0 when the stream ended, or when none was running. @throws SESSION_IN_USE for a holder that streams not */
export const runIndiaStop: RunCommand = async (context) => {
  const pid = await findStream(context);
  if (pid === undefined) {
    const says = "no stream is running in this workspace";
    return { exitCode: 0, document: { stopped: false, pid: null, says }, lines: [says] };
  }
  writeStopRequest(context.workspace, pid);
  const { clock } = context;
  const endsAtMs = clock.monotonicMs() + WAIT_MS_MAX;
  while (isRunning(pid) && findSessionHolder(context.workspace) === pid) {
    if (clock.monotonicMs() >= endsAtMs) {
      throw new MeridianError("JOB_RUNNING", {
        message: `process ${pid} was asked to stop ${WAIT_MS_MAX / 60_000} minutes ago and still runs`,
        facts: { pid },
        nextStep: "Look at its terminal or at logs/india-stream.ndjson.",
      });
    }
    await clock.sleepMs(WAIT_MS);
  }
  const says = `the stream of process ${pid} has ended; its own terminal shows the summary`;
  return {
    exitCode: 0,
    document: { stopped: true, pid, says },
    lines: [says, "next: meridian gate ingest --market india"],
  };
};

/** The process that streams. One that has just begun names itself in a moment: waited for. */
async function findStream(context: CommandContext): Promise<number | undefined> {
  const endsAtMs = context.clock.monotonicMs() + NAME_MS_MAX;
  for (;;) {
    try {
      return findHolder(context);
    } catch (cause) {
      if (context.clock.monotonicMs() >= endsAtMs) throw cause;
      await context.clock.sleepMs(WAIT_MS);
    }
  }
}

/** The process that streams; `undefined` when nobody holds the session. */
function findHolder({ workspace }: CommandContext): number | undefined {
  const holder = findSessionHolder(workspace);
  if (holder === undefined) return undefined;
  const pid = findStreamingProcess(workspace);
  if (pid === undefined || pid !== holder) throw nameSessionInUse(holder);
  return pid;
}
