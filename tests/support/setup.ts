/**
 * Runs before each test file: guards the network, also in the Node processes that a test starts with
 * the environment it has itself.
 */
import "./network-guard.ts";

const guardUrl = new URL("./network-guard.ts", import.meta.url).href;
const nodeOptions = process.env["NODE_OPTIONS"] ?? "";

if (!nodeOptions.includes(guardUrl)) {
  process.env["NODE_OPTIONS"] = `${nodeOptions} --import=${guardUrl}`.trim();
}
