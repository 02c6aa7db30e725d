/** Operating errors carry what the catalogue says of their code. */
import { describe, expect, test } from "vitest";
import { ERROR_CATALOGUE } from "./error-catalogue.ts";
import { MeridianError } from "./meridian-error.ts";

describe("an operating error", () => {
  test("carries code, exit code, next step and facts beside its sentence", () => {
    const cause = new Error("ENOSPC");
    const error = new MeridianError("DISK_FULL", {
      message: "no room on the disk to write current.json",
      facts: { file: "current.json" },
      cause,
    });
    expect(error).toMatchObject({
      name: "MeridianError",
      code: "DISK_FULL",
      exitCode: ERROR_CATALOGUE.DISK_FULL.exitCode,
      retryable: true,
      nextStep: ERROR_CATALOGUE.DISK_FULL.nextStep,
      facts: { file: "current.json" },
      message: "no room on the disk to write current.json",
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  test("has no facts when none are given, and the next step of its maker where there is one", () => {
    const error = new MeridianError("NOTHING_TO_BUILD", { message: "m", nextStep: "Run it." });
    expect(error.facts).toEqual({});
    expect(error.nextStep).toBe("Run it.");
  });
});

describe("the catalogue", () => {
  test.each(Object.entries(ERROR_CATALOGUE))(
    "says of %s what it means and what to do, in whole sentences",
    (code, { meaning, nextStep, exitCode }) => {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
      expect(meaning).toMatch(/^[A-Z`].*\.$/);
      expect(nextStep).toMatch(/^[A-Z`].*\.$/);
      expect([1, 2, 3, 4, 5]).toContain(exitCode);
    },
  );
});
