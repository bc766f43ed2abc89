/** The `buffered` anchor: parses both bodies over an undici Pool and adds nothing; streams are piped. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import { answerParent, type FromChild } from "./messages.ts";

const pool = new Pool(process.argv[2] ?? "", { connections: 64 });
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", async () => {
    const body = JSON.parse(Buffer.concat(parts).toString()) as { stream?: boolean };
    const headers = { "content-type": "application/json" };
    const answer = await pool.request({
      method: "POST",
      path: request.url ?? "/",
      headers,
      body: JSON.stringify(body),
    });
    if (body.stream) {
      response.writeHead(answer.statusCode, { "content-type": "text/event-stream" });
      answer.body.pipe(response);
    } else {
      response.writeHead(answer.statusCode, headers).end(JSON.stringify(await answer.body.json()));
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ kind: "ready", url: `http://127.0.0.1:${port}`, tenantId: "", documentId: "" } satisfies FromChild);
});
answerParent();
