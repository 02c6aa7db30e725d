/** Reads the fixtures of this folder, for tests only. Where their shapes come from is in `provenance.json`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The bytes of a fixture. */
export function fixtureBytes(name: string): Uint8Array {
  return readFileSync(join(import.meta.dirname, "fixtures", name));
}

/** The text of a fixture. */
export function fixtureText(name: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(fixtureBytes(name));
}
