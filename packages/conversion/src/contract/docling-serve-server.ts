import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "@aurora/kernel";
import { convertFile } from "../convert.ts";

/** One file as the service got it. */
export interface ReceivedTask {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

type Answer = { readonly status: number; readonly body: unknown };

/** What a test wants otherwise than the service's contract has it; each may also cut the connection by throwing. */
export interface ServiceBehaviour {
  readonly apiKey?: string;
  /** Documents by the SHA-256 of their file: what Docling itself made of them. */
  readonly truth?: ReadonlyMap<string, unknown>;
  /** Of a task until it ends. */
  readonly workMs?: number;
  readonly submit?: (task: ReceivedTask) => Answer | null;
  readonly poll?: (count: number) => Answer | null;
  readonly result?: (answer: unknown) => Answer | string | null;
}

export interface FakeDoclingServe {
  readonly url: string;
  readonly received: readonly ReceivedTask[];
  readonly paths: readonly string[];
  close(): Promise<void>;
}

/** docling-serve's asynchronous API on a free port of this machine: documents are the given truth, or our own reading. */
export async function startFakeDoclingServe(behaviour: ServiceBehaviour = {}): Promise<FakeDoclingServe> {
  const received: ReceivedTask[] = [];
  const paths: string[] = [];
  const tasks = new Map<string, { endsMs: number; polls: number; answer: Promise<unknown> }>();

  async function answer(request: IncomingMessage): Promise<Answer | string> {
    const url = new URL(request.url ?? "/", "http://service");
    paths.push(`${request.method} ${url.pathname}${url.search}`);
    if (behaviour.apiKey !== undefined && request.headers["x-api-key"] !== behaviour.apiKey)
      return { status: 401, body: { detail: "Api key is required." } };
    if (url.pathname === "/health") return { status: 200, body: { status: "ok" } };
    if (request.method === "POST" && url.pathname === "/v1/convert/file/async") {
      const task = await readTask(request);
      received.push(task);
      const other = behaviour.submit?.(task);
      if (other) return other;
      const id = randomUUID();
      tasks.set(id, { endsMs: Date.now() + (behaviour.workMs ?? 0), polls: 0, answer: convert(task, behaviour) });
      return { status: 200, body: statusOf(id, "pending") };
    }
    const [, kind, id = ""] = /^\/v1\/(status\/poll|result)\/([\w-]+)$/.exec(url.pathname) ?? [];
    const task = tasks.get(id);
    if (kind === undefined || !task) return { status: 404, body: { detail: "Task not found." } };
    if (kind === "result") {
      const body = await task.answer;
      return behaviour.result?.(body) ?? { status: 200, body };
    }
    task.polls += 1;
    const other = behaviour.poll?.(task.polls);
    if (other) return other;
    const waitMs = Math.min(Number(url.searchParams.get("wait") ?? 0) * 1_000, Math.max(0, task.endsMs - Date.now()));
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (Date.now() < task.endsMs) return { status: 200, body: statusOf(id, "started") };
    const made = (await task.answer) as { status: string };
    return { status: 200, body: statusOf(id, made.status) };
  }

  const server = createServer((request, response) => {
    answer(request)
      .then((given) => send(response, given))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    paths,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const statusOf = (id: string, status: string) => ({
  task_id: id,
  task_type: "convert",
  task_status: status,
  task_position: status === "pending" ? 1 : null,
  task_meta: null,
});

function send(response: ServerResponse, given: Answer | string): void {
  if (typeof given === "string") return void response.writeHead(200, { "content-type": "application/json" }).end(given);
  response.writeHead(given.status, { "content-type": "application/json" }).end(JSON.stringify(given.body));
}

async function readTask(request: IncomingMessage): Promise<ReceivedTask> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const form = await new Response(Buffer.concat(parts), {
    headers: { "content-type": request.headers["content-type"] ?? "" },
  }).formData();
  const file = form.get("files");
  if (!(file instanceof File)) throw new Error("no file in the request");
  const names = [...new Set(form.keys())].filter((name) => name !== "files");
  const fields = Object.fromEntries(names.map((name) => [name, form.getAll(name).map(String)]));
  return { filename: file.name, bytes: new Uint8Array(await file.arrayBuffer()), fields };
}

/** Docling's own words for what a file has wrong. */
const complaints: Readonly<Record<string, string>> = {
  document_corrupt: "Input document is not valid.",
  document_encrypted: "Incorrect password error.",
  document_type_unsupported: "File format not allowed.",
};

async function convert(task: ReceivedTask, { truth }: ServiceBehaviour): Promise<unknown> {
  const common = { processing_time: 0.1, timings: {} };
  const sha256 = createHash("sha256").update(task.bytes).digest("hex");
  const known = truth?.get(sha256);
  try {
    const made =
      known ?? (await convertFile(task, { maxPages: 10_000, pageImageDpi: 0, ocr: "off" }, async () => {})).document;
    const document = { filename: task.filename, md_content: null, json_content: made, html_content: null };
    return { ...common, document, status: "success", errors: [] };
  } catch (error) {
    const code = AppError.is(error) ? error.code : "";
    const empty = { filename: task.filename, md_content: null, json_content: null, html_content: null };
    if (code === "document_no_text") {
      const pages = { "1": { page_no: 1, size: { width: 612, height: 792 }, image: null } };
      const json_content = { schema_name: "DoclingDocument", version: "1.10.0", name: "empty", body: emptyBody, pages };
      return { ...common, document: { ...empty, json_content }, status: "success", errors: [] };
    }
    const message = complaints[code] ?? "Unknown failure.";
    const errors = [{ component_type: "user_input", module_name: "", error_message: message }];
    return { ...common, document: empty, status: "failure", errors };
  }
}

const emptyBody = { self_ref: "#/body", children: [], content_layer: "body", name: "_root_", label: "unspecified" };
