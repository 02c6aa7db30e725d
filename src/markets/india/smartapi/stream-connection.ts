/**
 * One of the vendor's connections over all its links: authorises, connects, subscribes what is wanted, keeps the
 * heartbeat, notices silence, and connects again. It is driven by `tick`, several times a second; links
 * are `stream-link-client.ts`'s, the loop is `smartapi-stream-client.ts`'s.
 */
import type { IndiaVendorSettings } from "#contracts/settings.ts";
import type { Clock } from "#core/clock.ts";
import { MeridianError } from "#core/meridian-error.ts";
import type { RandomSource } from "#core/random.ts";
import type { GapCause, StreamEvent, TickListener, WantedToken } from "../ticks/tick-source.ts";
import { type LifeWatch, type TickMoment, createLifeWatch } from "./life-watch.ts";
import { reconnectPauseMs } from "./reconnect-policy.ts";
import type { SmartApiSession } from "./smartapi-session.ts";
import type {
  LinkEnd,
  OpenStreamLink,
  StreamLink,
  StreamLinkListener,
} from "./stream-link-client.ts";
import { PING, parseStreamText, subscriptionRequests } from "./stream-messages.ts";

/** What a connection needs of the session. */
export type StreamSession = Pick<SmartApiSession, "authorizeSocket" | "renew" | "maskText">;

export type ConnectionOptions = {
  readonly index: number;
  readonly tokens: readonly WantedToken[];
  readonly settings: IndiaVendorSettings;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly session: StreamSession;
  readonly listener: TickListener;
  readonly openLink: OpenStreamLink;
  readonly onSynthetic: (synthetic: boolean) => void;
};

type Phase =
  | { readonly kind: "waiting"; readonly untilMs: number }
  | { readonly kind: "authorizing" }
  | { readonly kind: "connecting"; readonly link: StreamLink; sinceMs: number }
  | { readonly kind: "open"; readonly link: StreamLink }
  | { readonly kind: "stopping"; readonly link: StreamLink }
  | { readonly kind: "stopped" };

/** The vendor refuses a session that ended; the second is what its other socket answers. */
const SESSION_ENDED_STATUSES: readonly number[] = [401, 403];
/** A vendor that never stops talking fills no log. */
const TEXTS_PER_LINK_MAX = 100;
const SESSION_ENDED_TEXT = /token|expired|unauthori[sz]ed|logged out/i;

/** A connection; it does nothing before `start`. */
export class StreamConnection {
  readonly #options: ConnectionOptions;
  readonly #watch: LifeWatch;
  readonly #tried = Promise.withResolvers<void>();
  #phase: Phase = { kind: "waiting", untilMs: -Infinity };
  /** Tries since the last good link; a link is good once a tick came over it. */
  #failures = 0;
  #isGood = false;
  #isRenewDue = false;
  /** Whether the try in hand is made with a session that was renewed for it. */
  #isRenewed = false;
  #jwtToken = "";
  #texts = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#watch = createLifeWatch(options.settings);
  }

  /** Resolves once it was tried for the first time. @throws LOGIN_REFUSED */
  start(): Promise<void> {
    this.#watch.lost(this.#options.clock.monotonicMs());
    void this.#connect();
    return this.#tried.promise;
  }

  /** Does what is due. */
  tick(at: TickMoment): void {
    if (this.#isEnding()) return;
    this.#tickPhase(at);
    const isGood = this.#phase.kind === "open" && this.#isGood;
    const says = this.#watch.becameUnusable(at, isGood);
    if (says !== null) this.#emit({ kind: "UNUSABLE", connection: this.#options.index, says });
  }

  /** Connects anew, at once. */
  reconnect(cause: GapCause, says: string): void {
    if (this.#isEnding()) return;
    if (this.#phase.kind === "open") {
      this.#phase.link.drop();
      this.#lose(cause, says, 0);
      return;
    }
    if (this.#phase.kind === "connecting") this.#phase.link.drop();
    if (this.#phase.kind !== "authorizing") this.#tryAgainIn(0);
  }

  /** Unsubscribes and says good-bye; `isStopped` turns true when the vendor did too. */
  stop(): void {
    if (this.#phase.kind === "open") {
      const { link } = this.#phase;
      this.#phase = { kind: "stopping", link };
      this.#request("unsubscribe", link);
      link.close();
      return;
    }
    if (this.#phase.kind === "connecting") this.#phase.link.drop();
    if (this.#phase.kind !== "stopping") this.#phase = { kind: "stopped" };
    this.#tried.resolve();
  }

  isStopped(): boolean {
    return this.#phase.kind === "stopped";
  }

  /** Ends at once. */
  drop(): void {
    if ("link" in this.#phase) this.#phase.link.drop();
    this.#phase = { kind: "stopped" };
  }

  #isEnding(): boolean {
    return this.#phase.kind === "stopping" || this.#phase.kind === "stopped";
  }

  #emit(event: StreamEvent): void {
    this.#options.listener.onEvent(event);
  }

  #tryAgainIn(pauseMs: number): void {
    this.#phase = { kind: "waiting", untilMs: this.#options.clock.monotonicMs() + pauseMs };
  }

  #request(action: "subscribe" | "unsubscribe", link: StreamLink): void {
    const { settings, tokens } = this.#options;
    for (const text of subscriptionRequests(action, settings.mode, tokens)) link.send(text);
  }

  async #connect(): Promise<void> {
    const { session, settings, openLink, clock } = this.#options;
    const mine: Phase = { kind: "authorizing" };
    this.#phase = mine;
    // What was stopped meanwhile does not go on.
    const isWanted = (): boolean => this.#phase === mine;
    try {
      if (this.#isRenewDue) {
        this.#isRenewDue = false;
        this.#isRenewed = true;
        await session.renew(this.#jwtToken);
      }
      const { jwtToken, headers } = await session.authorizeSocket();
      if (!isWanted()) return;
      this.#jwtToken = jwtToken;
      const link = openLink(
        settings.stream_url,
        headers,
        this.#listenerOf(() => link),
      );
      this.#phase = { kind: "connecting", link, sinceMs: clock.monotonicMs() };
    } catch (cause) {
      if (!(cause instanceof MeridianError)) {
        this.#tried.reject(cause);
        throw cause;
      }
      if (cause.code === "LOGIN_REFUSED") this.#tried.reject(cause);
      if (isWanted()) this.#refuse({ ...NO_STATUS, says: `${cause.code}: ${cause.message}` });
    }
  }

  #listenerOf(link: () => StreamLink): StreamLinkListener {
    const { index, listener, clock, onSynthetic } = this.#options;
    return {
      onOpen: ({ synthetic }) => {
        onSynthetic(synthetic);
        this.#open(link());
      },
      onFrame: (bytes) => {
        this.#watch.frame();
        listener.onFrame(index, bytes, clock.wallMs());
        if (!this.#isGood) this.#becomeGood();
      },
      onText: (text) => this.#hear(text),
      onLife: () => this.#watch.life(),
      onEnd: (end) => this.#end(end),
    };
  }

  #open(link: StreamLink): void {
    const { index, tokens, clock } = this.#options;
    this.#phase = { kind: "open", link };
    this.#isRenewed = false;
    this.#texts = 0;
    this.#watch.opened(clock.monotonicMs());
    this.#emit({ kind: "CONNECTED", connection: index, tokens: tokens.length });
    this.#request("subscribe", link);
    this.#tried.resolve();
  }

  #becomeGood(): void {
    this.#isGood = true;
    this.#failures = 0;
    if (this.#watch.becameUsable()) {
      this.#emit({ kind: "USABLE", connection: this.#options.index });
    }
  }

  /** An error frame is told and not answered: what the vendor refused once it refuses again. */
  #hear(text: string): void {
    this.#watch.life();
    if (this.#texts === TEXTS_PER_LINK_MAX) return;
    // Masked before it is cut: half a secret would not be recognised.
    const read = parseStreamText(this.#options.session.maskText(text));
    if (read.kind === "pong") return;
    this.#texts += 1;
    this.#emit({ kind: "TEXT", connection: this.#options.index, says: read.says });
  }

  #end(end: LinkEnd): void {
    if (this.#phase.kind === "stopping") this.#phase = { kind: "stopped" };
    else if (end.kind === "refused") this.#refuse(end);
    else {
      this.#isRenewDue = SESSION_ENDED_TEXT.test(end.says);
      this.#lose(this.#isRenewDue ? "TOKEN_EXPIRED" : "DISCONNECT", end.says);
    }
  }

  #refuse(end: Extract<LinkEnd, { kind: "refused" }>): void {
    const { index: connection, session, settings, random } = this.#options;
    const { status, retryAfterMs } = end;
    const told = session.maskText(end.says);
    const isEnded = status !== null && SESSION_ENDED_STATUSES.includes(status);
    const says = isEnded ? `TOKEN_EXPIRED: ${told}` : told;
    if (isEnded && !this.#isRenewed) {
      this.#isRenewDue = true;
      this.#tryAgainIn(0);
      this.#emit({ kind: "REFUSED", connection, status, says, pauseMs: 0 });
      return;
    }
    this.#failures += 1;
    this.#isRenewed = false;
    const pauseMs = reconnectPauseMs(
      settings,
      { failures: this.#failures, status, retryAfterMs },
      random,
    );
    this.#tryAgainIn(pauseMs);
    this.#emit({ kind: "REFUSED", connection, status, says, pauseMs });
    if (isEnded) this.#tried.reject(sessionRefused(told));
    else this.#tried.resolve();
  }

  #lose(cause: GapCause, says: string, pauseMs?: number): void {
    const { index, session, settings, random, clock } = this.#options;
    this.#failures = this.#isGood ? 1 : this.#failures + 1;
    this.#isGood = false;
    this.#watch.lost(clock.monotonicMs());
    const about = { failures: this.#failures, status: null };
    this.#tryAgainIn(pauseMs ?? reconnectPauseMs(settings, about, random));
    this.#emit({ kind: "LOST", connection: index, cause, says: session.maskText(says) });
  }

  #tickPhase(at: TickMoment): void {
    const { settings } = this.#options;
    const phase = this.#phase;
    if (phase.kind === "waiting" && at.monotonicMs >= phase.untilMs) void this.#connect();
    else if (phase.kind === "open") this.#tickOpen(phase.link, at);
    else if (phase.kind === "connecting") {
      phase.sinceMs += at.blockedMs;
      if (at.monotonicMs - phase.sinceMs <= settings.timeout_seconds * 1000) return;
      phase.link.drop();
      const says = `no answer to the upgrade in ${settings.timeout_seconds} s`;
      this.#refuse({ ...NO_STATUS, says });
    }
  }

  #tickOpen(link: StreamLink, at: TickMoment): void {
    const due = this.#watch.tick(at);
    if (due.ping) link.send(PING);
    if (due.silence === null) return;
    link.drop();
    this.#lose(due.silence.cause, due.silence.says);
  }
}

const NO_STATUS = { kind: "refused", status: null, retryAfterMs: undefined } as const;

function sessionRefused(says: string): MeridianError {
  return new MeridianError("LOGIN_REFUSED", {
    message: `the market-data socket refused the session that was just renewed: ${says}`,
  });
}
