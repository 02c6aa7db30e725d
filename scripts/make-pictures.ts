/** Makes the pictures of the README from what the demo really prints: `npm run pictures`. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawTerminal } from "./terminal-picture.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const IMAGES = join(ROOT, "docs", "images");

const COLUMNS_MAX = 112;

const PICTURES = [
  {
    file: "build.svg",
    title: "Raw to analytics: every row accounted for",
    sections: ["The next evening", "Raw to analytics\n$ meridian us build"],
  },
  {
    file: "gate.svg",
    title: "Why is time not moving? A person decides, and it moves",
    sections: ["Gate 1 holds time", "What waits for a person", "A person decides", "Gate 1 again"],
  },
  {
    file: "stream.svg",
    title: "An Indian session: what came, what is missing, and why",
    sections: ["A session in"],
  },
] as const;

/** A chart of the demo's Indian review. */
const CHART = ["docs", "review", "india", "2026-05-19", "charts", "TEMTECH.svg"] as const;

const folder = mkdtempSync(join(tmpdir(), "meridian-pictures-"));
try {
  const demo = spawnSync(
    process.execPath,
    [join(ROOT, "src", "cli", "main.ts"), "demo", "--no-serve", "--workspace", folder],
    { encoding: "utf8" },
  );
  if (demo.status !== 0) throw new Error(`the demo ended with ${demo.status}: ${demo.stderr}`);
  const sections = demo.stdout.split(/\n(?=== )/).slice(1);
  mkdirSync(IMAGES, { recursive: true });
  for (const picture of PICTURES) {
    const chosen = picture.sections.map((start) => {
      const found = sections.findLast((section) => section.startsWith(`== ${start}`));
      if (found === undefined) throw new Error(`the demo has no section "${start}"`);
      return found.trimEnd();
    });
    const lines = chosen
      .join("\n\n")
      .split("\n")
      .filter((line) => !line.includes(folder))
      .map(shorten);
    writeFileSync(join(IMAGES, picture.file), drawTerminal(picture.title, lines));
  }
  copyFileSync(join(folder, ...CHART), join(IMAGES, "candles.svg"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Long lines are cut, as a terminal of usual width would. */
function shorten(line: string): string {
  return line.length > COLUMNS_MAX ? `${line.slice(0, COLUMNS_MAX - 1)}…` : line;
}
