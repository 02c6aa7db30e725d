/** The commands of the Indian market: fetch, stream, import, build. */
import type { CommandSpec } from "./command-spec.ts";

export const INDIA_COMMANDS: readonly CommandSpec[] = [];
