/**
 * What a client may say on the socket: `ping`, and requests to subscribe or unsubscribe as JSON text. What
 * is none of these is answered with E1001; who says it and what follows is `stream-server.ts`'s.
 */
import { z } from "zod";
import type { StreamMode } from "./packet-book.ts";

const requestSchema = z.looseObject({
  correlationID: z.string().optional(),
  action: z.union([z.literal(0), z.literal(1)]),
  params: z.looseObject({
    mode: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    tokenList: z
      .array(z.looseObject({ exchangeType: z.int(), tokens: z.array(z.string()) }))
      .min(1),
  }),
});

export type StreamRequest = {
  readonly correlationId: string;
  readonly isSubscribe: boolean;
  readonly mode: StreamMode;
  readonly groups: readonly { readonly exchangeType: number; readonly tokens: readonly string[] }[];
};

/** The request in a text frame; `undefined` for what the vendor calls an invalid payload. */
export function parseStreamRequest(text: string): StreamRequest | undefined {
  const parsed = requestSchema.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { correlationID, action, params } = parsed.data;
  return {
    correlationId: correlationID ?? "",
    isSubscribe: action === 1,
    mode: params.mode,
    groups: params.tokenList,
  };
}

/** The correlation id of any JSON text, to answer an error with. */
export function correlationOf(text: string): string {
  const parsed = z.looseObject({ correlationID: z.string() }).safeParse(jsonOf(text));
  return parsed.success ? parsed.data.correlationID : "";
}

/** A text frame about a request that failed. */
export function errorText(
  correlationID: string,
  errorCode: "E1001" | "E1002",
  errorMessage: string,
): string {
  return JSON.stringify({ correlationID, errorCode, errorMessage });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
