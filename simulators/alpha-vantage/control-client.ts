/** Sends a control command to a simulator that runs in another process. */
import { z } from "zod";
import type { ControlCommand, RequestRecord } from "./control-protocol.ts";

const CONTROL_TIMEOUT_MS = 10_000;
const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

const recordSchema = z.strictObject({
  sequence: z.int(),
  simulatedAt: z.string(),
  functionName: z.string(),
  symbol: z.string().optional(),
  params: z.record(z.string(), z.string()),
  apiKey: z.string(),
  faults: z.array(z.string()),
  outcome: z.string(),
  status: z.int(),
  bytes: z.int(),
});
const requestsSchema = z.looseObject({ requests: z.array(recordSchema) });

/** Carries out one command; resolves with what it answered. Throws when it was refused. */
export async function controlSimulator(
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

/** The requests a simulator has seen after the given sequence number, oldest first. */
export async function requestsOfSimulator(
  controlUrl: string,
  after = 0,
): Promise<readonly RequestRecord[]> {
  const answer = await controlSimulator(controlUrl, { command: "requests", after });
  return requestsSchema.parse(answer).requests.map((one) => ({ ...one, symbol: one.symbol }));
}
