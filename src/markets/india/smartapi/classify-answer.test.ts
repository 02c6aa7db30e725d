/** The failure shapes of the vendor, and what is data. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testCount, testSeed } from "../../../../tests/support/depth.ts";
import { classifyAnswer } from "./classify-answer.ts";

const classify = (status: number, body: string) => classifyAnswer(status, Buffer.from(body));

describe("an answer", () => {
  test("is data when the vendor says so in either spelling", () => {
    const rows = [["2026-03-12T00:00:00+05:30", 1, 2, 1, 2, 5]];
    for (const body of [
      { status: true, message: "SUCCESS", errorcode: "", data: rows },
      { success: true, message: "SUCCESS", errorCode: "", data: rows },
      { status: "true", message: "SUCCESS", errorcode: "", data: rows, more: 1 },
    ]) {
      expect(classify(200, JSON.stringify(body))).toEqual({ outcome: "data", data: rows });
    }
  });

  test("is data that holds nothing when data is null, absent or spelled null", () => {
    for (const data of [null, undefined, "null", ""]) {
      const body = JSON.stringify({ status: true, message: "SUCCESS", errorcode: "", data });
      expect(classify(200, body)).toEqual({ outcome: "data", data: null });
    }
  });

  test.each([
    ['{"status":false,"message":"m","errorcode":"AB1004","data":null}', "HTTP_5XX", "soon"],
    ['{"status":"false","message":"m","errorcode":"AB1004","data":"null"}', "HTTP_5XX", "soon"],
    ['{"success":false,"message":"m","errorCode":"AG8001","data":""}', "KEY_INVALID", "renew"],
    ['{"success":"false","message":"m","errorCode":"AG8002","data":""}', "KEY_INVALID", "renew"],
    ['{"status":false,"message":"m","errorcode":"AB1010","data":null}', "KEY_INVALID", "renew"],
    ['{"status":false,"message":"m","errorcode":"AB1050","data":null}', "KEY_INVALID", "next_code"],
    ['{"status":false,"message":"m","errorcode":"AG8004","data":null}', "KEY_INVALID", "never"],
    ['{"status":false,"message":"m","errorcode":"AB1009","data":null}', "UNKNOWN_SYMBOL", "never"],
    ['{"status":false,"message":"m","errorcode":"AB1021","data":null}', "THROTTLED", "soon"],
    ['{"status":false,"message":"m","errorcode":"ZZ9999","data":null}', "NOT_DATA", "soon"],
    ['{"status":true,"message":"m","errorcode":"AB1004","data":null}', "HTTP_5XX", "soon"],
    ['{"status":false,"message":"m"}', "NOT_DATA", "soon"],
  ])("%s is %s", (body, outcome, remedy) => {
    expect(classify(200, body)).toMatchObject({ outcome, remedy });
  });

  test("names its code also when the status is one of a refusal", () => {
    const body = '{"success":false,"message":"Invalid Token","errorCode":"AG8001","data":""}';
    for (const status of [401, 403, 500]) {
      expect(classify(status, body)).toMatchObject({
        outcome: "KEY_INVALID",
        remedy: "renew",
        code: "AG8001",
      });
    }
  });

  test("tells calls that came too fast from a genuine 403", () => {
    const tooFast = "Access denied because of exceeding access rate";
    expect(classify(403, tooFast)).toMatchObject({ outcome: "THROTTLED", remedy: "soon" });
    expect(classify(200, tooFast)).toMatchObject({ outcome: "THROTTLED", remedy: "soon" });
    expect(classify(403, "Forbidden")).toMatchObject({ outcome: "HTTP_4XX", remedy: "renew" });
    expect(classify(404, "gone")).toMatchObject({ outcome: "HTTP_4XX", remedy: "never" });
    expect(classify(429, "")).toMatchObject({ outcome: "HTTP_429", remedy: "soon" });
  });

  test.each([
    ["", "EMPTY"],
    ["  \r\n", "EMPTY"],
    ["<html><title>502 Bad Gateway</title></html>", "NOT_DATA"],
    ["Service unavailable", "NOT_DATA"],
    ['{"status":true,"data":[["2026', "TRUNCATED"],
    ["{}", "NOT_DATA"],
    ["[]", "NOT_DATA"],
    ["null", "NOT_DATA"],
    ["0", "NOT_DATA"],
    ['{"data":[]}', "NOT_DATA"],
    ['{"status":{},"data":[]}', "NOT_DATA"],
  ])("%j is %s", (body, outcome) => {
    expect(classify(200, body)).toMatchObject({ outcome });
  });

  test("is never data under a status of failure, and never throws", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        fc.json(),
        fc.uint8Array(),
        (status, json, bytes) => {
          expect(classify(status, json).outcome).not.toBe("data");
          expect(classifyAnswer(status, bytes).outcome).not.toBe("data");
          expect(classify(200, `{"status":false,"data":${json}}`).outcome).not.toBe("data");
        },
      ),
      { seed: testSeed(), numRuns: testCount(200, 5000) },
    );
  });
});
