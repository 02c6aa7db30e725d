/**
 * Token-modes that the client wants and no connection carries: since when packets are lost, and by which
 * fault. The feed asks it whether to stand still until the client is back.
 */
import { STREAM_MODES, type StreamMode } from "./packet-book.ts";

/** Kept per token as bits, so that a session of thousands of tokens asks cheaply. */
export class OrphanedTokens {
  /** Number of token-modes without a connection. */
  count = 0;
  /** Packets lost by cause. */
  readonly lostByCause = new Map<string, number>();
  readonly #masks: Uint8Array;
  readonly #causes: (string | undefined)[];

  constructor(tokens: number) {
    this.#masks = new Uint8Array(tokens);
    this.#causes = [];
    this.#causes.length = tokens;
  }

  add(token: number, mode: StreamMode, cause: string): void {
    const before = this.#masks[token] ?? 0;
    if ((before & (1 << mode)) !== 0) return;
    this.#masks[token] = before | (1 << mode);
    this.#causes[token] = cause;
    this.count += 1;
  }

  /** All that a connection carries is without one from here on. */
  addAll(masks: Uint8Array, cause: string): void {
    for (const [token, mask] of masks.entries()) {
      if (mask === 0) continue;
      for (const mode of STREAM_MODES) if ((mask & (1 << mode)) !== 0) this.add(token, mode, cause);
    }
  }

  remove(token: number, mode: StreamMode): void {
    const before = this.#masks[token] ?? 0;
    if ((before & (1 << mode)) === 0) return;
    this.#masks[token] = before & ~(1 << mode);
    this.count -= 1;
  }

  /** A packet of the token passes the feed: what nobody carries is lost. */
  countLost(token: number): void {
    const mask = this.#masks[token] ?? 0;
    if (mask === 0) return;
    for (const mode of STREAM_MODES) {
      if ((mask & (1 << mode)) !== 0) this.lose(this.#causes[token] ?? "unknown", 1);
    }
  }

  lose(cause: string, packets: number): void {
    if (packets === 0) return;
    this.lostByCause.set(cause, (this.lostByCause.get(cause) ?? 0) + packets);
  }
}
