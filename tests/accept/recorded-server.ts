/**
 * A loopback server that gives recorded vendor bodies, byte for byte, and refuses all else as the
 * vendor does. Only the acceptance uses it: recordings are no part of the project.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { must } from "#core/assert.ts";

export type RecordedAnswer = {
  readonly function: string;
  readonly symbol?: string | undefined;
  readonly file: string;
  readonly status?: number | undefined;
};

export interface RecordedServer {
  readonly baseUrl: string;
  /** Replaces what is answered from here on. */
  answer(answers: readonly RecordedAnswer[]): void;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startRecordedServer(
  answers: readonly RecordedAnswer[],
): Promise<RecordedServer> {
  let served = answers;
  const server = createServer((request, response) => {
    const query = new URL(must(request.url, "a request has a URL"), "http://localhost")
      .searchParams;
    const found = served.find(
      (one) =>
        (one.function === "*" || one.function === query.get("function")) &&
        (one.symbol === undefined || one.symbol === query.get("symbol")),
    );
    const unknown = `{"Error Message": "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for ${query.get("function") ?? ""}."}`;
    response.statusCode = found?.status ?? 200;
    response.end(found === undefined ? unknown : readFileSync(found.file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("broken promise: a TCP server has a port");
  return {
    baseUrl: `http://127.0.0.1:${address.port}/query`,
    answer: (replacement) => {
      served = replacement;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
