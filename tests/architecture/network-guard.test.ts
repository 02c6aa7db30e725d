/** Shows that a test cannot reach the network, not even through a process it starts. */
import { execFile } from "node:child_process";
import dns from "node:dns/promises";
import { createServer } from "node:http";
import net from "node:net";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** An address of TEST-NET-1 (RFC 5737), which nobody answers. */
const FAR_ADDRESS = "192.0.2.1";

test("a connection that leaves the machine throws", async () => {
  expect(() => net.connect(80, FAR_ADDRESS)).toThrow("no network but loopback");
  expect(() => net.connect({ host: "example.com", port: 80 })).toThrow("no network but loopback");
  await expect(fetch(`http://${FAR_ADDRESS}/`)).rejects.toMatchObject({
    cause: { message: expect.stringContaining("no network but loopback") as string },
  });
});

test("a name look-up throws", () => {
  expect(() => dns.lookup("example.com")).toThrow("no network but loopback");
});

test("a connection to loopback works", async () => {
  const server = createServer((_, response) => response.end("here"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(await answer.text()).toBe("here");
  server.close();
});

test("a Node process that a test starts is guarded too", async () => {
  const script = `try { require("node:net").connect(80, "${FAR_ADDRESS}"); } catch (error) { console.log(error.message); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", script]);
  expect(stdout).toContain("no network but loopback");
});
