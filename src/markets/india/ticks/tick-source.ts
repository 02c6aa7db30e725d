/**
 * The port through which a session receives ticks: frames as they came, and what happened to the
 * connections. Behind it stands the vendor's socket; a replay or another transport could stand there too.
 *
 * Contract, implementer: every binary frame is handed over once, in the order in which its connection gave
 * it, with the time of its receipt, and its bytes are not touched again; text frames never are ticks. After
 * a connection is lost it connects again by itself and subscribes exactly what is wanted. Events come in
 * their order among the frames of the same connection. `stop` unsubscribes, disconnects and then resolves;
 * nothing is handed over after it. Contract, caller: returns at once from `onFrame` and `onEvent`.
 */
import type { EpochMs } from "#core/clock.ts";

/** One token to receive, on the exchange segment it belongs to (1 = NSE cash). */
export type WantedToken = {
  readonly exchangeType: number;
  readonly token: string;
};

/** Why frames of a connection are or may be missing. */
export const GAP_CAUSES = [
  /** Nothing came since before the open: the stream began late, or was not let in. */
  "ABSENT",
  "DISCONNECT",
  "STALL",
  "HALF_OPEN",
  "REFUSED",
  "HOST_SUSPENDED",
  "TOKEN_EXPIRED",
  /** A process that streamed this session ended, and another went on. */
  "RESTART",
  /** The operator ended the stream before the close. */
  "STOPPED",
] as const;
export type GapCause = (typeof GAP_CAUSES)[number];

/** What happened to a connection. `connection` counts from 0, as the tokens were dealt out. */
export type StreamEvent =
  | {
      readonly kind: "CONNECTED";
      readonly connection: number;
      readonly tokens: number;
    }
  | {
      readonly kind: "LOST";
      readonly connection: number;
      readonly cause: GapCause;
      readonly says: string;
    }
  /** The vendor did not let the connection be made; tried again after `pauseMs`. */
  | {
      readonly kind: "REFUSED";
      readonly connection: number;
      readonly status: number | null;
      readonly says: string;
      readonly pauseMs: number;
    }
  /** An error frame of the vendor (E1001, E1002), or a text that is neither that nor `pong`. */
  | { readonly kind: "TEXT"; readonly connection: number; readonly says: string }
  /** The connection could not be used for `fallback_seconds`: REST polling is wanted for its tokens. */
  | {
      readonly kind: "UNUSABLE";
      readonly connection: number;
      readonly says: string;
    }
  /** Usable again after UNUSABLE. */
  | { readonly kind: "USABLE"; readonly connection: number };

export interface TickListener {
  onFrame(connection: number, bytes: Uint8Array, receivedAt: EpochMs): void;
  onEvent(event: StreamEvent): void;
}

/** How much of what the vendor allows is used. */
export type StreamUse = {
  readonly tokens: number;
  readonly headroom: number;
  readonly connections: number;
};

export interface TickSource {
  /** Resolves once every connection was tried; goes on by itself from there. @throws LOGIN_REFUSED */
  start(listener: TickListener): Promise<void>;
  stop(): Promise<void>;
  /** Makes all connections anew, e.g. after the host was suspended. */
  reconnect(cause: GapCause, says: string): void;
  use(): StreamUse;
  /** Tokens that a connection carries. */
  tokensOf(connection: number): readonly WantedToken[];
}
