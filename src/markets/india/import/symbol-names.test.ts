/** Files and columns spell symbols in many ways; the lake has one. */
import { expect, test } from "vitest";
import { symbolOfFileName, symbolOfName } from "./symbol-names.ts";

test.each([
  ["NIFTY", "Nifty 50"],
  ["NIFTY 50", "Nifty 50"],
  ["Nifty 50", "Nifty 50"],
  ["BANKNIFTY", "Nifty Bank"],
  ["NIFTY BANK", "Nifty Bank"],
  ["NIFTY IT", "Nifty IT"],
  ["NIFTY SMALLCAP 100", "NIFTY SMLCAP 100"],
  ["INDIA VIX", "India VIX"],
  ["INDIAVIX", "India VIX"],
  ["india_vix", "India VIX"],
  ["reliance", "RELIANCE"],
  ["NSE:RELIANCE", "RELIANCE"],
  ["RELIANCE-EQ", "RELIANCE"],
  ["RELIANCE.NS", "RELIANCE"],
  [" M&M ", "M&M"],
  ["BAJAJ-AUTO", "BAJAJ-AUTO"],
  ["NIFTYBEES", "NIFTYBEES"],
  ["", ""],
])("the name %s is %s", (name, symbol) => {
  expect(symbolOfName(name)).toBe(symbol);
});

test.each([
  ["INDIA_VIX.csv", "India VIX"],
  ["NIFTY_50.csv", "Nifty 50"],
  ["NIFTY_BANK.csv", "Nifty Bank"],
  ["RELIANCE_5min_2023H2.csv", "RELIANCE"],
  ["NIFTY_1min_2021_FEB.csv", "Nifty 50"],
  ["BAJAJ-AUTO_minute.csv", "BAJAJ-AUTO"],
  ["TCS_1d.csv", "TCS"],
  ["M&M.csv", "M&M"],
  ["3MINDIA.csv", "3MINDIA"],
])("the file %s holds %s", (fileName, symbol) => {
  expect(symbolOfFileName(fileName)).toBe(symbol);
});
