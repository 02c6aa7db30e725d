/** The simulator in a process of its own: announced, controlled over HTTP, and gone with its parent. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlSmartApi } from "./control-client.ts";
import { type SmartApiProcess, startSmartApiProcess } from "./simulator-process.ts";
import { LOGIN_PATH, call, connect, login, loginBody } from "./testing.ts";

const FLAGS = [
  "--stocks",
  "3",
  "--packets",
  "4",
  "--date",
  "2026-06-12",
  "--wait-for",
  "2",
  "--hold-at",
  "12:00",
];

let simulator: SmartApiProcess;
beforeAll(async () => {
  simulator = await startSmartApiProcess(FLAGS);
});
afterAll(() => simulator.close());

describe("a simulator process", () => {
  test("serves the vendor's paths and takes commands on a path of its own", async () => {
    const tokens = await login(simulator);
    const { controlUrl } = simulator;
    expect(await controlSmartApi(controlUrl, { command: "state" })).toMatchObject({
      state: { state: "waiting", subscribed: 0 },
    });
    const added = await controlSmartApi(controlUrl, {
      command: "add_faults",
      faults: [{ fault: "duplicate", at: "11:00" }],
    });
    expect(added).toMatchObject({ ids: [1] });
    const client = await connect(simulator, tokens);
    client.subscribe(["99926000", "1001"]);
    expect(await controlSmartApi(controlUrl, { command: "wait" })).toMatchObject({
      state: { state: "holding", eventTime: expect.stringMatching(/^1[12]:/) },
    });
    await controlSmartApi(controlUrl, { command: "advance" });
    expect(await controlSmartApi(controlUrl, { command: "wait" })).toMatchObject({
      state: { state: "ended" },
    });
    const { report } = await controlSmartApi(controlUrl, { command: "report" });
    expect(report).toMatchObject({ duplicates: 1, missing: 0, unstruck: [] });
    const { minutes } = await controlSmartApi(controlUrl, { command: "truth", token: "1001" });
    expect(minutes).toEqual(expect.arrayContaining([expect.objectContaining({ tickCount: 1 })]));
    const { requests } = await controlSmartApi(controlUrl, { command: "requests" });
    expect(requests).toMatchObject([{ sequence: 1, path: LOGIN_PATH, outcome: "data" }]);
    client.close();
  });

  test("refuses what is no command and no path", async () => {
    const wrong = JSON.parse('{"command": "sell"}') as { command: "state" };
    await expect(controlSmartApi(simulator.controlUrl, wrong)).rejects.toThrow("refused");
    expect((await call(simulator, "/rest/secure/angelbroking/anything/v1/else")).status).toBe(404);
  });

  test("says which flag is wrong", async () => {
    await expect(startSmartApiProcess(["--packets", "none"])).rejects.toThrow("--packets");
    await expect(startSmartApiProcess(["--date", "2026-06-13"])).rejects.toThrow("2026-06-13");
  });

  test("does not keep its parent from ending, and ends with it", async () => {
    const helper = fileURLToPath(new URL("./simulator-process.ts", import.meta.url));
    const script = `import { startSmartApiProcess } from ${JSON.stringify(helper)};
      const simulator = await startSmartApiProcess(${JSON.stringify(FLAGS)});
      console.log(simulator.restUrl);`;
    const parent = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      { timeout: 30_000 },
    );
    const restUrl = parent.stdout.trim();
    expect(restUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect
      .poll(
        () =>
          call({ ...simulator, restUrl }, LOGIN_PATH, { body: loginBody() }).then(
            () => "up",
            () => "gone",
          ),
        { timeout: 5000, interval: 50 },
      )
      .toBe("gone");
  });
});
