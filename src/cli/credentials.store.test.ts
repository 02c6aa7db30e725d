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

describe("the SmartAPI login", () => {
  const lines = {
    SMARTAPI_API_KEY: "smart001",
    SMARTAPI_CLIENT_CODE: "C001",
    SMARTAPI_PIN: "4711",
    SMARTAPI_TOTP_SECRET: "JBSWY3DPEHPK3PXP",
  };
  const text = (from: object) =>
    Object.entries(from)
      .map(([name, value]) => `${name}=${String(value)}\n`)
      .join("");

  test("is set when all of it is", () => {
    expect(read(text(lines), { SMARTAPI_PIN: " 0815 " }).smartApi).toEqual({
      kind: "set",
      apiKey: "smart001",
      clientCode: "C001",
      pin: "0815",
      totpSecret: "JBSWY3DPEHPK3PXP",
    });
  });

  test.each(Object.keys(lines))("misses %s when that is not set or blank", (name) => {
    const missing = { kind: "missing", names: [name] };
    expect(read(text({ ...lines, [name]: "" })).smartApi).toEqual(missing);
    expect(read(text(lines), { [name]: "  " }).smartApi).toEqual(missing);
  });
});

test("every secret of every vendor is masked, also those of a login that is not complete", () => {
  const { mask } = read("SMARTAPI_API_KEY=smart001\nSMARTAPI_PIN=4711\nOTHER=public01\n", {
    ALPHAVANTAGE_API_KEYS: "ALPHA001,ALPHA002",
    SMARTAPI_CLIENT_CODE: "CLIENT001",
    SMARTAPI_TOTP_SECRET: "TOTPSECRET",
  });
  const text = "smart001 4711 ALPHA001 ALPHA002 CLIENT001 TOTPSECRET public01";
  expect(mask.apply(text)).toBe("[masked] [masked] [masked] [masked] [masked] [masked] public01");
});
