/**
 * One GET of the instrument master: its bytes, or why they did not come whole. It needs no login. What the
 * bytes hold is `parse-instruments.ts`'s to say, which copy is used `instrument-master-store.ts`'s.
 */
import type { CallFailure } from "#ingestion/market-data-source.ts";
import { SYNTHETIC_HEADER, failureOf } from "../smartapi/smartapi-rest-client.ts";

/** The file has 40 MB and grows with the number of options. */
const MASTER_BYTES_MAX = 256 * 1024 * 1024;

export type MasterDownload =
  | { readonly outcome: "received"; readonly bytes: Uint8Array; readonly synthetic: boolean }
  | { readonly outcome: CallFailure; readonly detail: string };

/** Asks once, for the whole of `timeoutMs`. Never throws for what the network or the server does. */
export async function downloadMaster(request: {
  readonly url: string;
  readonly timeoutMs: number;
  readonly bytesMax?: number | undefined;
}): Promise<MasterDownload> {
  const { url, timeoutMs, bytesMax = MASTER_BYTES_MAX } = request;
  let received = 0;
  try {
    const response = await fetch(url, {
      method: "GET",
      headers: { Accept: "application/json" },
      redirect: "error",
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      const outcome = response.status >= 500 ? "HTTP_5XX" : "HTTP_4XX";
      return { outcome, detail: `HTTP ${response.status}` };
    }
    const chunks: Uint8Array[] = [];
    const body: AsyncIterable<Uint8Array> | null = response.body;
    for await (const chunk of body ?? []) {
      received += chunk.length;
      if (received > bytesMax) {
        return { outcome: "OVERSIZED", detail: `the file exceeds ${bytesMax} bytes` };
      }
      chunks.push(chunk);
    }
    const announced = Number(response.headers.get("content-length") ?? received);
    if (announced !== received && !response.headers.has("content-encoding")) {
      return {
        outcome: "TRUNCATED",
        detail: `${announced} bytes were announced, ${received} came`,
      };
    }
    if (received === 0) return { outcome: "EMPTY", detail: "the file is empty" };
    const synthetic = response.headers.has(SYNTHETIC_HEADER);
    return { outcome: "received", bytes: Buffer.concat(chunks), synthetic };
  } catch (cause) {
    return failureOf(cause, { received, timeoutMs });
  }
}
