/** Secrets come from the environment or from `.env`, and every one of them is masked. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "#platform/temporary-folder.testing.ts";
import { readCredentials } from "./credentials.ts";

const makeFolder = temporaryFolders();

function read(file: string | undefined, environment: { readonly [name: string]: string } = {}) {
  const path = join(makeFolder(), ".env");
  if (file !== undefined) writeFileSync(path, file);
  return readCredentials(path, environment);
}

describe("the key pool", () => {
  test.each<[string, string | undefined, { [name: string]: string }, string[]]>([
    ["is empty without any source", undefined, {}, []],
    [
      "is empty where the file has its line commented out",
      "# ALPHAVANTAGE_API_KEYS=KEY1\n",
      {},
      [],
    ],
    ["comes from the file", "ALPHAVANTAGE_API_KEYS=KEY1,KEY2\n", {}, ["KEY1", "KEY2"]],
    [
      "comes from the environment before the file",
      "ALPHAVANTAGE_API_KEYS=KEY1\n",
      { ALPHAVANTAGE_API_KEYS: "KEY9" },
      ["KEY9"],
    ],
    [
      "has each key once, in the order given, without blanks",
      "ALPHAVANTAGE_API_KEYS= KEY2 ,,KEY1, KEY2\n",
      {},
      ["KEY2", "KEY1"],
    ],
    [
      "may be quoted, with lines that end like Windows",
      'X=1\r\nALPHAVANTAGE_API_KEYS="KEY1,KEY2"\r\n',
      {},
      ["KEY1", "KEY2"],
    ],
    [
      "is found in a file that begins with a byte order mark",
      "\uFEFFALPHAVANTAGE_API_KEYS=KEY1\r\n",
      {},
      ["KEY1"],
    ],
  ])("%s", (_, file, environment, keys) => {
    expect(read(file, environment).alphaVantageKeys).toEqual(keys);
  });
});

test("every secret of every vendor is masked, also those that nothing uses yet", () => {
  const { mask } = read("SMARTAPI_API_KEY=smart001\nSMARTAPI_PIN=4711\nOTHER=public01\n", {
    ALPHAVANTAGE_API_KEYS: "ALPHA001,ALPHA002",
    SMARTAPI_CLIENT_CODE: "CLIENT001",
    SMARTAPI_TOTP_SECRET: "TOTPSECRET",
  });
  const text = "smart001 4711 ALPHA001 ALPHA002 CLIENT001 TOTPSECRET public01";
  expect(mask.apply(text)).toBe("[masked] [masked] [masked] [masked] [masked] [masked] public01");
});
