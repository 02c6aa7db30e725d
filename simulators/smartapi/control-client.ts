/** Sends a control command to a simulator that runs in another process. */
import { z } from "zod";
import type { ControlCommand } from "./control-protocol.ts";

const CONTROL_TIMEOUT_MS = 30_000;
const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

/** Carries out one command; resolves with what it answered. Throws when it was refused. */
export async function controlSmartApi(
  controlUrl: string,
  command: ControlCommand,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(controlUrl, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
  });
  const answer = answerSchema.parse(await response.json());
  if (!answer.ok) throw new Error(`the simulator refused "${command.command}": ${answer.error}`);
  return answer;
}
