/**
 * Every operating error the product can report: its code, the exit code it ends a command with,
 * whether trying again can help, and the next step for the operator. `docs/reference/errors.md` is
 * held equal to this table by a test. Codes are never reused for something else.
 */

export type ErrorEntry = {
  /** 1 unexpected, 2 usage or configuration, 3 refused or halted, 4 waits for review, 5 done in part. */
  readonly exitCode: 1 | 2 | 3 | 4 | 5;
  readonly retryable: boolean;
  readonly meaning: string;
  readonly nextStep: string;
};

export const ERROR_CATALOGUE = {
  ARGUMENT_INVALID: {
    exitCode: 2,
    retryable: false,
    meaning: "A command-line argument is missing or not of its form.",
    nextStep: "Run the command with --help and correct the argument that the message names.",
  },
  BUDGET_SPENT: {
    exitCode: 5,
    retryable: true,
    meaning: "The call budget for a vendor key is used up until its reset.",
    nextStep: "Wait for the reset that the message names; `status` shows what is left.",
  },
  CALENDAR_RANGE: {
    exitCode: 3,
    retryable: false,
    meaning: "A date lies outside the announced range of the exchange calendar.",
    nextStep: "Update the calendar with `calendar import`; nothing is decided without one.",
  },
  CALENDAR_FILE_INVALID: {
    exitCode: 2,
    retryable: false,
    meaning: "A calendar correction file is not of its form, or contradicts itself.",
    nextStep: "Correct the entry that the message names and import the file again.",
  },
  CLOCK_NOT_FIXABLE: {
    exitCode: 2,
    retryable: false,
    meaning: "`--clock fixed:` was asked for in a workspace that is not SYNTHETIC.",
    nextStep: "Use a workspace made with `init --synthetic`, or leave the option out.",
  },
  CONFIG_INVALID: {
    exitCode: 2,
    retryable: false,
    meaning: "A settings file cannot be read, or a key in it has the wrong type or value.",
    nextStep:
      "Correct the key that the message names; `init --print` shows every key with its default.",
  },
  CREDENTIAL_MISSING: {
    exitCode: 2,
    retryable: false,
    meaning: "A vendor needs a key that is neither in the environment nor in `.env`.",
    nextStep: "Put the variable that the message names into `.env` in the workspace.",
  },
  DECISION_UNKNOWN: {
    exitCode: 2,
    retryable: false,
    meaning: "A command names a Decision Ledger entry that does not exist.",
    nextStep: "Record it first: `ledger decide --id D-… --text TEXT --author NAME`.",
  },
  DECISION_EXISTS: {
    exitCode: 2,
    retryable: false,
    meaning: "A Decision Ledger entry of this id exists with another text.",
    nextStep: "Choose another id; recorded decisions are never rewritten.",
  },
  DISK_FULL: {
    exitCode: 1,
    retryable: true,
    meaning: "The disk has no room for what must be written; nothing half-written is visible.",
    nextStep: "Free space and run the same command again.",
  },
  FILE_DAMAGED: {
    exitCode: 3,
    retryable: false,
    meaning: "A stored file cannot be read, or does not have the digest recorded for it.",
    nextStep:
      "Restore the file from a copy, or rebuild it if it is derived (`us build`, `india build`).",
  },
  FILE_UNREADABLE: {
    exitCode: 2,
    retryable: false,
    meaning: "A file named on the command line does not exist or cannot be read.",
    nextStep: "Check the path that the message names.",
  },
  IMPORT_REFUSED: {
    exitCode: 2,
    retryable: false,
    meaning: "A file to import is not price history: wrong columns, an error text, or no rows.",
    nextStep: "Correct the file or the options; `--dry-run` tells what would happen.",
  },
  JOB_RUNNING: {
    exitCode: 2,
    retryable: true,
    meaning: "The same job is already running in another process.",
    nextStep: "Wait for the process that the message names, then run the command again.",
  },
  LEDGER_BROKEN: {
    exitCode: 3,
    retryable: false,
    meaning: "A hash chain of the ledger does not hold: a row was changed, removed or inserted.",
    nextStep: "Run `ledger verify` for the row; compare with a copy before anything else.",
  },
  NOTHING_TO_BUILD: {
    exitCode: 3,
    retryable: false,
    meaning: "There is no raw data of this market to build from.",
    nextStep:
      "Fetch or import some first: `us daily`, `us backfill` or `us import`; `india history` or `india import`.",
  },
  LOGIN_REFUSED: {
    exitCode: 2,
    retryable: false,
    meaning: "The vendor refused the login, or ended the session and refused to open another.",
    nextStep:
      "Check the SMARTAPI_ variables in `.env` and the clock of this machine; a second login elsewhere ends this one.",
  },
  NO_INSTRUMENTS: {
    exitCode: 2,
    retryable: true,
    meaning: "There is no instrument master, and none could be fetched, so no symbol has a token.",
    nextStep:
      "Run `india instruments` when the vendor can be reached; yesterday's copy serves when there is one.",
  },
  RAW_UNKNOWN: {
    exitCode: 2,
    retryable: false,
    meaning: "No raw file has the id that was given.",
    nextStep:
      "`us raw` and `india raw` list the raw files with their ids; an import prints those it makes.",
  },
  RETRY_QUEUE_FULL: {
    exitCode: 1,
    retryable: true,
    meaning:
      "More calls wait in the retry queue than it may hold; none of the new ones was queued.",
    nextStep:
      "Let `us retry` work the queue down, or name fewer symbols in `[us.universe] symbols`.",
  },
  REVIEW_UNKNOWN: {
    exitCode: 2,
    retryable: false,
    meaning: "No review has the id that was given.",
    nextStep: "`truth reviews` lists the open ones with their ids.",
  },
  SESSION_IN_USE: {
    exitCode: 2,
    retryable: true,
    meaning: "Another process of this workspace holds the one login that the vendor allows.",
    nextStep:
      "Wait for the process that the message names, or end it with `india stream`'s own `india stop`.",
  },
  SNAPSHOT_UNKNOWN: {
    exitCode: 2,
    retryable: false,
    meaning: "No snapshot of this id was ever built in this workspace.",
    nextStep: "`ledger tail` shows the snapshots that were built.",
  },
  SNAPSHOT_NOT_REPEATABLE: {
    exitCode: 3,
    retryable: false,
    meaning: "The inputs recorded for a snapshot are no longer all there, or were changed.",
    nextStep: "Restore the raw files that the message names and build again.",
  },
  STORE_BUSY: {
    exitCode: 1,
    retryable: true,
    meaning: "A state file stayed locked by another process for longer than the limit.",
    nextStep: "Run the command again; if it stays so, see which process holds the workspace.",
  },
  STREAM_TOO_LARGE: {
    exitCode: 2,
    retryable: false,
    meaning: "More tokens are wanted than three connections of 1000 may carry.",
    nextStep: "Name fewer symbols in `[india.watchlist] symbols`.",
  },
  SYNTHETIC_MIX: {
    exitCode: 2,
    retryable: false,
    meaning:
      "Synthetic data was about to enter a vendor workspace, or vendor data a synthetic one.",
    nextStep: "Use another workspace (`--workspace DIR`); the two never share one.",
  },
  TICK_LOG_DAMAGED: {
    exitCode: 3,
    retryable: false,
    meaning: "A tick log is damaged before its end: a record fails its checksum, and more follow.",
    nextStep: "Restore the file from a copy; what precedes the damage can still be replayed.",
  },
  VENDOR_UNREACHABLE: {
    exitCode: 1,
    retryable: true,
    meaning: "A vendor gave no usable answer, however often it was asked inside the limits.",
    nextStep: "Run the command again later; what was received is kept.",
  },
  VENDOR_KEY_INVALID: {
    exitCode: 2,
    retryable: false,
    meaning: "The vendor says that the key is invalid or missing.",
    nextStep: "Check ALPHAVANTAGE_API_KEYS in `.env`.",
  },
  WORKSPACE_MISSING: {
    exitCode: 2,
    retryable: false,
    meaning:
      "A command that only looks was given a folder that is not there, or that holds other things.",
    nextStep:
      "Check `--workspace` and MERIDIAN_WORKSPACE; `meridian init` makes a workspace of the folder.",
  },
  WORKSPACE_NOT_FOLDER: {
    exitCode: 2,
    retryable: false,
    meaning: "The path of the workspace, or a part of it, is a file.",
    nextStep: "Name a folder with `--workspace DIR` or MERIDIAN_WORKSPACE; `init` makes a new one.",
  },
  WAIVER_NOT_NEEDED: {
    exitCode: 2,
    retryable: false,
    meaning:
      "The session to waive is not held by a rejected or missing row of that required symbol.",
    nextStep: "`truth status` says what holds time back and which command answers it.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
