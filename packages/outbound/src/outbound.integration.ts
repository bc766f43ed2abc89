import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { AppError } from "@aurora/kernel";
import { afterEach, describe, expect, it } from "vitest";
import { createOutbound, type OutboundOptions } from "./outbound.ts";

const servers: (Server | TcpServer)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  }
});
async function listen(server: Server | TcpServer, host = "127.0.0.1", port = 0): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}
const serve = (answer: RequestListener, host?: string, port?: number) => listen(createServer(answer), host, port);

const limits = { maxBytes: 100_000, connectTimeoutMs: 1_000, idleTimeoutMs: 500, totalTimeoutMs: 2_000 };
const outboundTo = (port: number, more: Partial<OutboundOptions> = {}) =>
  createOutbound({
    allowedHosts: ["*"],
    privateHosts: [`files.test:${port}`],
    ownPorts: [],
    limits,
    resolver: async () => ["127.0.0.1"],
    ...more,
  });
const { signal } = new AbortController();
async function fetchText(port: number, path = "/", more: Partial<OutboundOptions> = {}) {
  const file = await outboundTo(port, more).fetchFile(`http://files.test:${port}${path}`, { signal });
  const parts: Uint8Array[] = [];
  for await (const part of file.body) parts.push(part);
  return { ...file, text: Buffer.concat(parts).toString() };
}
const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return { fetched: await work };
  } catch (error) {
    return AppError.is(error) ? `${error.code} ${JSON.stringify(error.params)}` : error;
  }
};

describe("fetching a file", () => {
  it("gives name, type, place and bytes, and sends nothing of the caller's", async () => {
    let seen: IncomingMessage | null = null;
    const port = await serve((request, response) => {
      seen = request;
      if (request.url === "/start")
        response.writeHead(302, { location: "/reports/%C3%A9t%C3%A9.csv?v=2", "set-cookie": "a=b" }).end();
      else response.writeHead(200, { "content-type": "Text/CSV; charset=utf-8" }).end("a,b\n");
    });
    const file = await fetchText(port, "/start");
    expect(file).toMatchObject({
      text: "a,b\n",
      contentType: "text/csv",
      filename: "été.csv",
      finalUrl: `http://files.test:${port}/reports/%C3%A9t%C3%A9.csv?v=2`,
    });
    const sent = (seen as IncomingMessage | null)?.headers;
    expect(sent).toMatchObject({ host: `files.test:${port}`, "accept-encoding": "identity" });
    expect(Object.keys(sent ?? {})).not.toEqual(expect.arrayContaining(["cookie"]));
    expect(sent).not.toHaveProperty("authorization");
  });

  it("connects to the address that was checked, whatever the name says a moment later", async () => {
    const port = await serve((_request, response) => void response.end("checked"));
    await serve((_request, response) => void response.end("rebound"), "127.0.0.2", port);
    let asked = 0;
    const resolver = async () => (++asked === 1 ? ["127.0.0.1"] : ["127.0.0.2"]);
    expect((await fetchText(port, "/", { resolver })).text).toBe("checked");
    expect(asked).toBe(1);
  });

  it("asks a redirect's name anew, and refuses what it then leads to", async () => {
    let asked = 0;
    const port = await serve(
      (_request, response) => void response.writeHead(302, { location: "https://public.example/x" }).end(),
    );
    const resolver = async (name: string) => {
      asked++;
      return name === "files.test" ? ["127.0.0.1"] : ["127.0.0.1"];
    };
    expect(await failureOf(fetchText(port, "/", { resolver }))).toBe('url_refused {"reason":"private_address"}');
    expect(asked).toBe(2);
  });

  it.each([
    "http://127.0.0.1:$PORT/",
    "http://2130706433:$PORT/",
    "http://[::ffff:127.0.0.1]:$PORT/",
    "http://169.254.169.254/",
  ])("follows no redirect to %s", async (location) => {
    let hits = 0;
    const port: number = await serve((_request, response) => {
      hits++;
      response.writeHead(307, { location: location.replace("$PORT", String(port)) }).end("moved");
    });
    expect(await failureOf(fetchText(port))).toBe('url_refused {"reason":"private_address"}');
    expect(hits).toBe(1);
  });

  it("follows five redirects and no sixth", async () => {
    const port = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end("there");
      else response.writeHead(301, { location: `/${left - 1}` }).end();
    });
    expect((await fetchText(port, "/5")).text).toBe("there");
    expect(await failureOf(fetchText(port, "/6"))).toBe('url_failed {"reason":"redirects"}');
  });

  it.each([204, 206, 304, 403, 404, 500, 503])("takes no body that comes with status %i", async (status) => {
    const port = await serve((_request, response) => void response.writeHead(status).end());
    expect(await failureOf(fetchText(port))).toBe(`url_failed {"reason":"status","status":${status}}`);
  });
});

describe("limits", () => {
  const tooLarge = 'payload_too_large {"max_bytes":100000}';
  it("refuses a length that is announced too large before the body", async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100001" });
      response.flushHeaders();
    });
    expect(await failureOf(fetchText(port))).toBe(tooLarge);
  });

  it("counts a body that announces nothing, and closes the connection", async () => {
    let isClosed = false;
    const port = await serve((_request, response) => {
      response.on("close", () => {
        isClosed = true;
      });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000)));
      };
      response.on("drain", more);
      more();
    });
    expect(await failureOf(fetchText(port))).toBe(tooLarge);
    await expect.poll(() => isClosed).toBe(true);
  });

  it("takes a body of exactly the limit", async () => {
    const port = await serve((_request, response) => void response.end(Buffer.alloc(100_000)));
    expect((await fetchText(port)).text).toHaveLength(100_000);
  });

  it("unpacks what comes packed although it asked not, and no bomb", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const port = await serve((request, response) =>
      response
        .writeHead(200, { "content-encoding": request.url === "/odd" ? "zstd, gzip" : "gzip" })
        .end(request.url === "/bomb" ? bomb : request.url === "/broken" ? "not gzip" : gzipSync("packed")),
    );
    expect((await fetchText(port)).text).toBe("packed");
    const before = process.memoryUsage().rss;
    expect(await failureOf(fetchText(port, "/bomb"))).toBe(tooLarge);
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
    expect(await failureOf(fetchText(port, "/odd"))).toBe('url_failed {"reason":"encoding"}');
    expect(await failureOf(fetchText(port, "/broken"))).toBe('url_failed {"reason":"encoding"}');
  });

  it.each([
    ["that never answers", () => {}],
    [
      "that stops in the middle",
      (_request: unknown, response: { write(text: string): void }) => response.write("half"),
    ],
  ] as [string, RequestListener][])("waits no longer for a server %s", async (_case, answer) => {
    const port = await serve(answer);
    expect(await failureOf(fetchText(port))).toBe('url_failed {"reason":"timeout"}');
  });

  it("waits no longer in all than its limit for a server that drips, and for a name that is never found", async () => {
    const port = await serve((_request, response) => {
      const drip = setInterval(() => response.write("."), 50);
      response.on("close", () => clearInterval(drip));
    });
    const short = { limits: { ...limits, totalTimeoutMs: 400 } };
    expect(await failureOf(fetchText(port, "/", short))).toBe('url_failed {"reason":"timeout"}');
    const never = { ...short, resolver: () => new Promise<string[]>(() => {}) };
    expect(await failureOf(fetchText(port, "/", never))).toBe('url_failed {"reason":"timeout"}');
  });

  it("says what broke: nobody there, a cut connection, no TLS, headers without end", async () => {
    const closed = await serve(() => {});
    for (const server of servers.splice(0)) server.close();
    expect(await failureOf(fetchText(closed))).toBe('url_failed {"reason":"connection"}');
    const cut = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("half", () => response.destroy());
    });
    expect(await failureOf(fetchText(cut))).toBe('url_failed {"reason":"connection"}');
    const plain = outboundTo(cut).fetchFile(`https://files.test:${cut}/`, { signal });
    expect(await failureOf(plain)).toBe('url_failed {"reason":"tls"}');
    const endless = await listen(
      createTcpServer((socket) => {
        socket.on("error", () => {});
        socket.write(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(60_000)}`);
      }),
    );
    expect(await failureOf(fetchText(endless))).toBe('url_failed {"reason":"connection"}');
  });

  it("stops when the caller gives up: before, while waiting, in the body", async () => {
    const reason = new Error("gone");
    const port = await serve((request, response) => void (request.url === "/body" && response.write("half")));
    const outbound = outboundTo(port);
    const fetchWith = (path: string, given: AbortSignal) =>
      outbound.fetchFile(`http://files.test:${port}${path}`, { signal: given });
    await expect(fetchWith("/", AbortSignal.abort(reason))).rejects.toBe(reason);
    const waiting = new AbortController();
    setTimeout(() => waiting.abort(reason), 100);
    await expect(fetchWith("/", waiting.signal)).rejects.toBe(reason);
    const reading = new AbortController();
    const file = await fetchWith("/body", reading.signal);
    const readOn = async () => {
      for await (const _part of file.body) reading.abort(reason);
    };
    await expect(readOn()).rejects.toBe(reason);
  });
});

describe("behind a proxy", () => {
  it("sends public names through it, exceptions and listed private hosts straight, private addresses nowhere", async () => {
    const asked: string[] = [];
    const proxyPort = await serve((request, response) => {
      asked.push(String(request.url));
      response.end("by proxy");
    });
    const port = await serve((_request, response) => void response.end("straight"));
    const proxy = { url: `http://127.0.0.1:${proxyPort}`, exceptions: ["direct.example"] };
    const outbound = outboundTo(port, {
      proxy,
      resolver: async (name) => (name === "files.test" ? ["127.0.0.1"] : ["10.0.0.1"]),
    });
    const text = async (url: string) => {
      const parts: Uint8Array[] = [];
      for await (const part of (await outbound.fetchFile(url, { signal })).body) parts.push(part);
      return Buffer.concat(parts).toString();
    };
    expect(await text("http://docs.example/a")).toBe("by proxy");
    expect(asked).toEqual(["http://docs.example/a"]);
    expect(await text(`http://files.test:${port}/`)).toBe("straight");
    const refusal = 'url_refused {"reason":"private_address"}';
    expect(await failureOf(text("http://direct.example/"))).toBe(refusal);
    expect(await failureOf(text("http://127.0.0.1/"))).toBe(refusal);
    expect(asked).toHaveLength(1);
  });
});
