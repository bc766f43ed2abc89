import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const moduleUrl = fileURLToPath(new URL("./block-network.ts", import.meta.url));
const attempt = (code: string): string =>
  execFileSync(
    process.execPath,
    [
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      `
    import { createServer, connect } from "node:net";
    import { lookup } from "node:dns/promises";
    import { createSocket } from "node:dgram";
    import { blockNetwork } from ${JSON.stringify(moduleUrl)};
    blockNetwork();
    try { ${code}; console.log("reached"); } catch (error) { console.log((error.cause ?? error).message); }
  `,
    ],
    { encoding: "utf8" },
  ).trim();

it.each([
  ["a request", 'await fetch("http://127.0.0.1:12345/")'],
  ["a connection", "connect(12345)"],
  ["a name's look-up", 'await lookup("localhost")'],
  ["a server", "createServer().listen(0)"],
  ["a datagram", 'createSocket("udp4").send("x", 9)'],
])("the child cannot make %s", (_, code) => {
  expect(attempt(code)).toBe("the network is closed to document conversion");
});
