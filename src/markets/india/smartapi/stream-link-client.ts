/**
 * One WebSocket to the market-data socket, from its upgrade to its end. It hands frames on and tells how it
 * ended; when to open, what to send and what silence means is `stream-connection.ts`'s.
 *
 * What is relied on of ws 8.23: without compression a message of one frame is a view into the chunk that was
 * read from the TCP socket, and Node reads each chunk into memory of its own; so the bytes are nobody
 * else's and are handed on without a copy. Messages of one chunk are emitted in one go
 * (`allowSynchronousEvents`), which is what makes 10,000 a second cheap.
 */
import { type ClientOptions, type RawData, WebSocket } from "ws";
import { SYNTHETIC_HEADER, networkCodeOf, retryAfterOf } from "./smartapi-rest-client.ts";

/** How a link ended: its upgrade was refused or failed, or it was closed after it had been open. */
export type LinkEnd =
  | {
      readonly kind: "refused";
      /** HTTP status of the upgrade; null when none came. */
      readonly status: number | null;
      /** Not masked yet. */
      readonly says: string;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: "closed"; readonly says: string };

export interface StreamLinkListener {
  onOpen(about: { readonly synthetic: boolean }): void;
  /** A binary frame; its bytes belong to the listener. */
  onFrame(bytes: Uint8Array): void;
  onText(text: string): void;
  /** A protocol-level pong, or ping of the vendor: the link lives. */
  onLife(): void;
  /** Once; nothing comes after it. */
  onEnd(end: LinkEnd): void;
}

export interface StreamLink {
  send(text: string): void;
  /** Says good-bye; `onEnd` follows when the vendor does too. */
  close(): void;
  /** Ends at once and tells nobody. */
  drop(): void;
}

export type OpenStreamLink = (
  url: string,
  headers: { readonly [name: string]: string },
  listener: StreamLinkListener,
) => StreamLink;

/** Larger than any packet by far: what is larger is counted by nobody and ends the link. */
const FRAME_BYTES_MAX = 1024 * 1024;
/** After a good-bye without an answer the socket is closed. */
const CLOSE_TIMEOUT_MS = 1000;
const CLOSE_NORMAL = 1000;

/** The types of ws lag behind it by one option. */
const OPTIONS: ClientOptions & { readonly closeTimeout: number } = {
  allowSynchronousEvents: true,
  autoPong: true,
  closeTimeout: CLOSE_TIMEOUT_MS,
  followRedirects: false,
  maxPayload: FRAME_BYTES_MAX,
  perMessageDeflate: false,
  // A text that is no UTF-8 is a strange text, and no reason to lose the ticks after it.
  skipUTF8Validation: true,
};

/** Starts the upgrade. Never throws: what cannot even be tried ends refused. */
export function openStreamLink(
  url: string,
  headers: { readonly [name: string]: string },
  listener: StreamLinkListener,
): StreamLink {
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, { ...OPTIONS, headers });
  } catch (cause) {
    const says = `the upgrade cannot be asked for (${networkCodeOf(cause)})`;
    const refused: LinkEnd = { kind: "refused", status: null, says, retryAfterMs: undefined };
    void Promise.resolve().then(() => listener.onEnd(refused));
    return { send: () => undefined, close: () => undefined, drop: () => undefined };
  }
  let heard: StreamLinkListener | undefined = listener;
  const end = (how: LinkEnd): void => {
    const told = heard;
    heard = undefined;
    told?.onEnd(how);
  };
  attach(socket, () => heard, end);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      socket.close(CLOSE_NORMAL);
    },
    drop: () => {
      heard = undefined;
      socket.terminate();
    },
  };
}

function attach(
  socket: WebSocket,
  listener: () => StreamLinkListener | undefined,
  end: (how: LinkEnd) => void,
): void {
  let isSynthetic = false;
  let isOpen = false;
  let problem = "";
  socket.on("upgrade", (response) => {
    isSynthetic = response.headers[SYNTHETIC_HEADER] !== undefined;
  });
  socket.on("open", () => {
    isOpen = true;
    listener()?.onOpen({ synthetic: isSynthetic });
  });
  socket.on("message", (data, isBinary) => {
    if (isBinary) listener()?.onFrame(bytesOf(data));
    else listener()?.onText(bytesOf(data).toString("utf8"));
  });
  socket.on("pong", () => listener()?.onLife());
  socket.on("ping", () => listener()?.onLife());
  socket.on("unexpected-response", (request, response) => {
    const status = response.statusCode ?? null;
    const told = response.headers["x-error-message"];
    const says = `HTTP ${status ?? "?"}${told === undefined ? "" : `: ${String(told)}`}`;
    const retryAfterMs = retryAfterOf(response.headers["retry-after"] ?? null);
    end({ kind: "refused", status, says, retryAfterMs });
    request.destroy();
  });
  // After an error comes the close; an error that nobody listens to would end the process.
  socket.on("error", (cause) => {
    problem = networkCodeOf(cause);
  });
  socket.on("close", (code, reason) => {
    const spelled = [String(code), reason.toString("utf8"), problem].filter((part) => part !== "");
    if (isOpen) end({ kind: "closed", says: `closed: ${spelled.join(" ")}` });
    else {
      const says = `the connection failed (${problem === "" ? code : problem})`;
      end({ kind: "refused", status: null, says, retryAfterMs: undefined });
    }
  });
}

/** One buffer: with the default `binaryType` ws gives nothing else. */
function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
