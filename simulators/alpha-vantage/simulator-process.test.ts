/** The simulator in a process of its own: announced, controlled over HTTP, and gone with its parent. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlSimulator, requestsOfSimulator } from "./control-client.ts";
import { type SimulatorProcess, startAlphaVantageProcess } from "./simulator-process.ts";
import { ask, csvRows } from "./testing.ts";

const FLAGS = [
  "--plan",
  "premium",
  "--from",
  "2024-01-02",
  "--symbols",
  "3",
  "--pace",
  "0",
  "--clock",
  "2024-06-12T22:00:00Z",
];
const DAILY = { function: "TIME_SERIES_DAILY", symbol: "SPY", datatype: "csv" };

let simulator: SimulatorProcess;
beforeAll(async () => {
  simulator = await startAlphaVantageProcess(FLAGS);
});
afterAll(() => simulator.close());

describe("a simulator process", () => {
  test("serves the vendor's path and takes commands on a path of its own", async () => {
    expect(csvRows((await ask(simulator, DAILY)).text)[1]?.[0]).toBe("2024-06-12");
    await controlSimulator(simulator.controlUrl, {
      command: "move_clock",
      to: "2024-06-14T22:00:00Z",
    });
    expect(csvRows((await ask(simulator, DAILY)).text)[1]?.[0]).toBe("2024-06-14");
    const added = await controlSimulator(simulator.controlUrl, {
      command: "add_faults",
      faults: [{ fault: "http_500", count: 1 }],
    });
    expect(added).toMatchObject({ ids: [1] });
    expect((await ask(simulator, DAILY)).status).toBe(500);
    const requests = await requestsOfSimulator(simulator.controlUrl, 1);
    expect(requests.map((one) => one.outcome)).toEqual(["data", "http_500"]);
    expect(requests[0]).toMatchObject({ apiKey: "canary-key-1", params: DAILY, status: 200 });
    const state = await controlSimulator(simulator.controlUrl, { command: "state" });
    expect(state).toMatchObject({ clock: "2024-06-14T22:00:00.000Z" });
  });

  test("refuses what is no command, and answers nothing on other paths", async () => {
    const wrong = JSON.parse('{"command": "sell"}') as { command: "state" };
    await expect(controlSimulator(simulator.controlUrl, wrong)).rejects.toThrow("refused");
    const elsewhere = await fetch(simulator.baseUrl.replace("/query", "/elsewhere"));
    expect(elsewhere.status).toBe(404);
    expect((await fetch(simulator.controlUrl)).status).toBe(404);
    await elsewhere.body?.cancel();
  });

  test("ends when it is told to", async () => {
    const other = await startAlphaVantageProcess(FLAGS);
    await other.close();
    await other.close();
    await expect(ask(other, DAILY)).rejects.toThrow();
  });

  test("does not keep its parent from ending, and ends with it", async () => {
    const helper = fileURLToPath(new URL("./simulator-process.ts", import.meta.url));
    const script = `import { startAlphaVantageProcess } from ${JSON.stringify(helper)};
      const simulator = await startAlphaVantageProcess(${JSON.stringify(FLAGS)});
      console.log(simulator.baseUrl);`;
    const parent = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      { timeout: 20_000 },
    );
    const baseUrl = parent.stdout.trim();
    expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/query$/);
    await expect
      .poll(
        async () =>
          ask({ baseUrl }, DAILY, 500).then(
            () => "up",
            () => "gone",
          ),
        { timeout: 5000, interval: 50 },
      )
      .toBe("gone");
  });
});
