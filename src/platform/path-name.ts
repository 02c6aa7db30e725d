/**
 * Turns any symbol into one path name that every supported file system accepts and keeps apart:
 * no separator, colon, dot or device name, and no two symbols that differ only in case
 * (decision 34; tickers CON, PRN, `-P-HIZ` and `AEGN:BAT` exist).
 */

const PLAIN = /[A-Z0-9_-]/;
const DEVICE_NAME = /^(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])$/;

/** Upper-case letters, digits, `_` and inner `-` stay; every other byte becomes `~` and two hex digits. */
export function encodePathName(name: string): string {
  const escapeFirst = DEVICE_NAME.test(name) || name.startsWith("-");
  let encoded = "";
  for (const [index, byte] of new TextEncoder().encode(name).entries()) {
    const character = String.fromCharCode(byte);
    const isPlain = PLAIN.test(character) && !(index === 0 && escapeFirst);
    encoded += isPlain ? character : `~${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded === "" ? "~" : encoded;
}
