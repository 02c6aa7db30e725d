/** What `doctor` says of a host that it cannot reach: the cause, and what to look at. */
import { describe, expect, test } from "vitest";
import { describeFailure } from "./network-checks.ts";

function failed(code: string): Error {
  return new TypeError("fetch failed", {
    cause: Object.assign(new Error(`connect ${code}`), { code }),
  });
}

describe("a request that failed", () => {
  test.each([
    ["ENOTFOUND", "its name cannot be resolved (ENOTFOUND)"],
    ["ECONNREFUSED", "nothing accepts connections there (ECONNREFUSED)"],
    [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "its certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)",
    ],
    ["EODD", "the request failed (EODD)"],
  ])("with %s says so in words", (code, says) => {
    expect(describeFailure(failed(code))).toBe(says);
  });

  test("names the first address's cause where several were tried", () => {
    const refused = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
    const cause = new TypeError("fetch failed", { cause: refused });
    expect(describeFailure(cause)).toContain("ECONNREFUSED");
  });

  test("says what is known when there is no code", () => {
    expect(describeFailure(new DOMException("late", "TimeoutError"))).toBe("no answer in 5 s");
    expect(describeFailure(new TypeError("fetch failed", { cause: new Error("bad port") }))).toBe(
      "bad port",
    );
    expect(describeFailure("odd")).toBe("the cause is not known");
  });
});
