import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

/**
 * Takes the network from this process: no socket connects, listens or resolves a name from here on. Node 20 has no
 * network permission to withhold, so every way of Node's own API is shut at its root (`fetch`, `http`, `tls` and
 * `http2` all connect through `net.Socket`). Our readers follow no address; this is the second lock. WASM code
 * reaches nothing but what JavaScript hands it.
 */
export function blockNetwork(): void {
  const refuse = (): never => {
    throw new Error("the network is closed to document conversion");
  };
  const shut = (target: object, names: readonly string[]) => {
    for (const name of names)
      Object.defineProperty(target, name, { value: refuse, writable: false, configurable: false });
  };
  shut(net.Socket.prototype, ["connect"]);
  shut(net.Server.prototype, ["listen"]);
  shut(dgram.Socket.prototype, ["bind", "connect", "send"]);
  shut(dns, ["lookup", "resolve", "resolve4", "resolve6"]);
  shut(dns.promises, ["lookup", "resolve", "resolve4", "resolve6"]);
  syncBuiltinESMExports(); // named imports of these modules see it too
}
