/**
 * A copy of the product in a temporary folder with one mistake planted in it, so that the fault driver
 * can be seen to find it. The project's own files stay as they are.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_ROOT } from "../architecture/planted-tree.ts";

/** A mistake: in this file, this text becomes that. */
export type Mistake = { readonly file: string; readonly right: string; readonly wrong: string };

export type PlantedCopy = {
  /** Path of the copy's `main.ts`. */
  readonly entry: string;
  remove(): void;
};

/** Copies the product and plants the mistake. Throws when the text is not there exactly once. */
export function plantMistake({ file, right, wrong }: Mistake): PlantedCopy {
  const root = mkdtempSync(join(tmpdir(), "meridian-mistaken-"));
  for (const name of ["package.json", "src"]) {
    cpSync(join(PROJECT_ROOT, name), join(root, name), {
      recursive: true,
      filter: (path) => !path.endsWith(".test.ts"),
    });
  }
  // A junction, because Windows makes other links only for administrators.
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(root, "node_modules"), "junction");
  const path = join(root, file);
  const parts = readFileSync(path, "utf8").split(right);
  if (parts.length !== 2) throw new Error(`${file} has "${right}" ${parts.length - 1} times`);
  writeFileSync(path, parts.join(wrong));
  return {
    entry: join(root, "src", "cli", "main.ts"),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
