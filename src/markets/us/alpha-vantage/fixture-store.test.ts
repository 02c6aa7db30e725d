/** The fixtures and their provenance say the same. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { sha256Hex } from "#platform/digest.ts";
import { fixtureBytes, fixtureText } from "./fixture-store.ts";

const provenanceSchema = z.object({
  licence: z.string(),
  fixtures: z.record(z.string(), z.object({ shape: z.string().min(1), sha256: z.string() })),
});

test("every fixture has its provenance, and is as it was when that was written", () => {
  const { fixtures } = provenanceSchema.parse(JSON.parse(fixtureText("provenance.json")));
  const files = readdirSync(join(import.meta.dirname, "fixtures")).filter(
    (name) => name !== "provenance.json",
  );
  expect(Object.keys(fixtures).sort()).toStrictEqual(files.sort());
  for (const [name, { sha256 }] of Object.entries(fixtures)) {
    expect([name, sha256Hex(fixtureBytes(name))]).toStrictEqual([name, sha256]);
  }
});
