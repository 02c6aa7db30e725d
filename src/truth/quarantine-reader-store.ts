/** Finds quarantined rows of one symbol and session, to show a person what was refused and why. */
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Rows shown of one session; the file holds all of them. */
const ROWS_SHOWN_MAX = 3;

const quarantinedRow = z.object({
  symbol: z.string(),
  session: z.string().nullable(),
  raw: z.string(),
  line: z.number(),
  text: z.string(),
  rules: z.array(z.string()),
});

export type RefusedRow = Pick<z.output<typeof quarantinedRow>, "raw" | "line" | "text" | "rules">;

/** The first refused rows of a session in a snapshot's quarantine; none when the file is gone. */
export async function readRefusedRows(
  quarantineDir: string,
  snapshot: string,
  of: { readonly symbol: string; readonly session: string },
): Promise<RefusedRow[]> {
  const path = join(quarantineDir, `${snapshot}.ndjson`);
  if (!existsSync(path)) return [];
  const found: RefusedRow[] = [];
  const sessionText = `"session":"${of.session}"`;
  for await (const content of linesOf(path)) {
    // Most lines are of other sessions: they are not worth parsing.
    if (!content.includes(sessionText)) continue;
    const row = quarantinedRow.parse(JSON.parse(content));
    if (row.symbol !== of.symbol) continue;
    const { raw, line, text, rules } = row;
    found.push({ raw, line, text, rules });
    if (found.length >= ROWS_SHOWN_MAX) break;
  }
  return found;
}

/** Lines of a file. `node:readline` would also end one at U+2028, which JSON leaves as it is. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
