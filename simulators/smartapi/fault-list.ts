/**
 * The closed list of what can be made to go wrong at the look-alike, each with what it does. `stage` says
 * where it strikes: one packet of the stream, a connection, the way in, or an answer over REST.
 */

export const FAULTS = [
  { name: "duplicate", stage: "packet", says: "A packet comes twice (args.packets later, 0)." },
  {
    name: "reorder",
    stage: "packet",
    says: "A packet comes after the next one of its instrument, in the same minute.",
  },
  {
    name: "late",
    stage: "packet",
    says: "A packet comes when its minute is sealed (args.seconds past that, 1).",
  },
  {
    name: "zero_price",
    stage: "packet",
    says: "A packet that would change nothing has a last price of 0.",
  },
  {
    name: "volume_decrease",
    stage: "packet",
    says: "A packet that would change nothing shows fewer shares (args.shares, a tenth); with args.last the last of its minute.",
  },
  {
    name: "drop",
    stage: "connection",
    says: "TCP ends without a close frame; packets of args.seconds (20) are lost at least.",
  },
  { name: "stall_pong_alive", stage: "connection", says: "Pongs go on, packets do not." },
  {
    name: "half_open",
    stage: "connection",
    says: "No byte comes any more, and no end of the connection either.",
  },
  {
    name: "slow_consumer",
    stage: "connection",
    says: "The server's buffer fills (args.packets, 500), then it cuts and forgets them.",
  },
  {
    name: "garbage_frame",
    stage: "connection",
    says: "args.packets (1) frames that are no packet: args.shape, else each shape in turn.",
  },
  {
    name: "suspended_host",
    stage: "connection",
    says: "All sockets stand still for args.seconds (20) of event time and args.pauseMs (0), then all comes at once.",
  },
  {
    name: "token_expiry",
    stage: "connection",
    says: "All tokens expire and all sockets end; args.refresh is works (default) or refused.",
  },
  {
    name: "upgrade_401",
    stage: "gate",
    says: "args.times (1) upgrades are refused with 401; with `at` all sockets are cut first.",
  },
  { name: "upgrade_429", stage: "gate", says: "Likewise with 429." },
  {
    name: "stale_snapshot",
    stage: "gate",
    says: "args.times (1) subscriptions are answered with yesterday's packets; with `at` sockets are cut first.",
  },
  { name: "ab1004_storm", stage: "rest", says: "AB1004 on valid calls (args.share of them, all)." },
  { name: "text_403", stage: "rest", says: "Status 403 and a text about the access rate." },
  { name: "empty_body", stage: "rest", says: "Status 200 without a byte of body." },
  { name: "gateway_error", stage: "rest", says: "The gateway's shape with args.code (AG8001)." },
  { name: "string_false", stage: "rest", says: 'AB1004 with the texts "false" and "null".' },
  { name: "login_refused", stage: "rest", says: "A login is refused with args.code (AB1050)." },
  { name: "instruments_404", stage: "rest", says: "The instrument master is not found." },
  { name: "instruments_null", stage: "rest", says: "The instrument master is `null`." },
] as const satisfies readonly {
  readonly name: string;
  readonly stage: "packet" | "connection" | "gate" | "rest";
  readonly says: string;
}[];

export type Fault = (typeof FAULTS)[number];
export type FaultName = Fault["name"];
export type FaultStage = Fault["stage"];

export const FAULT_NAMES = FAULTS.map(({ name }) => name);

const STAGE_OF = new Map<FaultName, FaultStage>(FAULTS.map(({ name, stage }) => [name, stage]));

/** Where a fault strikes. */
export function stageOf(fault: FaultName): FaultStage {
  return STAGE_OF.get(fault) ?? "rest";
}

/** What a garbage frame can be. */
export const GARBAGE_SHAPES = [
  "wrong_length",
  "random_bytes",
  "noise",
  "text",
  "empty",
  "wrong_mode",
  "unknown_exchange",
  "unknown_token",
] as const;
export type GarbageShape = (typeof GARBAGE_SHAPES)[number];
