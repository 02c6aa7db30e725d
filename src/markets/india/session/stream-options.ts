/** What a stream is given by the composition root, and what its phases hand on to each other. */
import type { MarketDataContext } from "#curation/market-context.ts";
import type { Resolution } from "../instruments/resolve-instruments.ts";
import type { SmartApi } from "../smartapi/smart-api.ts";
import type { SmartApiLog } from "../smartapi/smartapi-session.ts";
import type { SmartApiStream } from "../smartapi/smartapi-stream-client.ts";
import type { SessionPlan } from "../ticks/session-instruments.ts";
import type { WantedToken } from "../ticks/tick-source.ts";
import type { FramePath } from "./frame-path.ts";

export type StreamOptions = {
  readonly context: MarketDataContext;
  readonly clockKind: SessionPlan["clock"];
  readonly pid: number;
  /** Opens the vendor's REST side; logs in only when it is asked. */
  readonly openApi: () => SmartApi;
  /** Names and tokens of the day. */
  readonly resolve: () => Promise<Resolution>;
  readonly openSource: (of: {
    readonly api: SmartApi;
    readonly tokens: readonly WantedToken[];
    readonly isTrading: () => boolean;
  }) => SmartApiStream;
  readonly isStopRequested: () => boolean;
  readonly log: SmartApiLog;
  /** Says how it goes, for people who watch. */
  readonly say: (text: string) => void;
};

/** A session that has begun. */
export type RunningStream = StreamOptions & {
  readonly api: SmartApi;
  readonly source: SmartApiStream;
  readonly path: FramePath;
  readonly plan: SessionPlan;
  readonly resolution: Resolution;
};
