/**
 * Tests touch no network but loopback. Loading this file makes every other connection of the process
 * throw, and so does every name look-up but that of localhost.
 */
import dgram from "node:dgram";
import dns from "node:dns";
import net from "node:net";

const LOOPBACK_HOSTS = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\]|::ffff:127\.\d+\.\d+\.\d+)$/i;
const GUARDED = Symbol.for("meridian.networkGuard");

type AnyFunction = (...callArguments: unknown[]) => unknown;

/** Makes connections that leave the machine throw. Doing so twice changes nothing. */
export function guardNetwork(): void {
  if (GUARDED in net.Socket.prototype) return;
  Object.defineProperty(net.Socket.prototype, GUARDED, { value: true });
  replace(
    net.Socket.prototype,
    "connect",
    (original) =>
      function guardedConnect(this: unknown, ...callArguments: unknown[]) {
        requireLoopback(hostOfConnect(callArguments));
        return original.apply(this, callArguments);
      },
  );
  replace(dgram.Socket.prototype, "send", () => () => {
    throw refusal("a datagram");
  });
  for (const target of [dns, dns.promises]) {
    for (const name of ["lookup", "resolve", "resolve4", "resolve6", "reverse"]) {
      replace(
        target,
        name,
        (original) =>
          function guardedLookup(this: unknown, ...callArguments: unknown[]) {
            requireLoopback(String(callArguments[0]));
            return original.apply(this, callArguments);
          },
      );
    }
  }
}

/** The host of `connect(options)`, `connect(port, host)`, `connect(path)` or Node's normalised array. */
function hostOfConnect(callArguments: readonly unknown[]): string {
  const first = Array.isArray(callArguments[0])
    ? (callArguments[0][0] as unknown)
    : callArguments[0];
  if (typeof first === "object" && first !== null) {
    if ("path" in first && typeof first.path === "string") return "localhost";
    return "host" in first && typeof first.host === "string" ? first.host : "localhost";
  }
  return typeof first === "number" && typeof callArguments[1] === "string"
    ? callArguments[1]
    : "localhost";
}

function requireLoopback(host: string): void {
  if (!LOOPBACK_HOSTS.test(host)) throw refusal(`a connection to ${host}`);
}

function refusal(what: string): Error {
  return new Error(`tests touch no network but loopback, and this was ${what}`);
}

function replace(target: object, name: string, wrap: (original: AnyFunction) => AnyFunction): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== "function") throw new Error(`this Node has no ${name} to guard`);
  Reflect.set(target, name, wrap(original as AnyFunction));
}

guardNetwork();
