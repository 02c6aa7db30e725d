/** Shows that no module could reach an order endpoint, and that the search for one works. */
import { describe, expect, test } from "vitest";
import { listFiles, readProjectFile } from "../support/source-files.ts";
import { findOrderEndpoints } from "./order-endpoints.ts";

const SEARCHED = ["src", "simulators", "scripts", "bench", "bin"];

describe("no code", () => {
  test("holds an order endpoint, its methods or a component that trades", () => {
    const files = SEARCHED.flatMap((folder) => listFiles(folder));
    const found = files.flatMap((path) =>
      findOrderEndpoints(readProjectFile(path)).map(({ line, what }) => `${path}:${line} ${what}`),
    );
    expect(files.length).toBeGreaterThan(SEARCHED.length);
    expect(found).toEqual([]);
  });
});

describe("the search for order endpoints", () => {
  test.each([
    ['const url = "/rest/secure/angelbroking/order/v1/placeOrder";'],
    ["await fetch(`${base}/gtt-service/rest/secure/angelbroking/gtt/v1/createRule`);"],
    ['const target = "https://api.example.com/v2/orders";'],
    ["await client.placeOrder(wish);"],
    ["broker.cancel_order(id);"],
    ["class OrderManager {}"],
    ["const runner = new StrategyRunner(capital);"],
    ['const form = { transactiontype: "B" };'],
  ])("finds %s", (source) => {
    expect(findOrderEndpoints(`const harmless = 1;\n${source}\n`)).toContainEqual(
      expect.objectContaining({ line: 2 }),
    );
  });

  test.each([
    ["// the tick never imports a StrategyRunner"],
    ["/* OrderManager and CapitalState\n do not exist here */"],
    ["const inOrder = rows.toSorted(byTime);"],
    ['const sentence = "rows in time order";'],
    ["orderRows(rows);"],
  ])("is not disturbed by %s", (source) => {
    expect(findOrderEndpoints(source)).toEqual([]);
  });
});
