import { lookup as lookUp } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, isPublicAddress } from "@aurora/kernel";
import type { SourceFile } from "../port.ts";
import { failureOf, isRecord, parsed, unavailable } from "./answer.ts";

export interface DoclingServeConnection {
  /** DOCLING_SERVE_URL, as `http://docling:5001`. */
  readonly baseUrl: string;
  /** Sent as `X-Api-Key`; null = none. */
  readonly apiKey: string | null;
  /** Of one request, above the 5 s the service may hold a question; a task may take as long as its conversion may. */
  readonly requestTimeoutMs: number;
  /** Largest answer that is taken in. */
  readonly maxReplyBytes: number;
  /** Addresses of a name; the system's when absent. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

export interface TaskOptions {
  readonly format: string;
  readonly ocr: "auto" | "off";
  readonly maxPages: number;
  readonly limitMs: number;
}

export interface DoclingServeClient {
  /**
   * One file as one task: sent, waited for, fetched.
   * @param onSent Called once when the service has the file.
   * @returns Its answer as it came: JSON of a conversion response, unread.
   * @throws AppError `converter_unavailable` {reason}, `document_*` where the service says so; the reason of `signal`.
   */
  convert(file: SourceFile, options: TaskOptions, signal: AbortSignal, onSent: () => void): Promise<Uint8Array>;
  check(): Promise<void>;
}

const maxStatusBytes = 65_536;
const pollWaitSeconds = 5;
/** Between two questions, where the service does not hold the first one (some versions answer at once). */
const pollPauseMs = 500;
/** Questions in a row that may fail while a task runs: a restart, a worker that does not know it yet. */
const maxFailedPolls = 5;

interface Task {
  readonly id: string;
  readonly status: string;
  readonly error: string;
}

/** @throws AppError `converter_unavailable` for anything else than a task. */
function taskOf(reply: Uint8Array): Task {
  const task = parsed(reply);
  const { task_id: id, task_status: status, error_message: error } = isRecord(task) ? task : {};
  if (typeof id !== "string" || !/^[A-Za-z0-9_-]{1,128}$/.test(id) || typeof status !== "string")
    throw unavailable("malformed");
  return { id, status, error: typeof error === "string" ? error : "" };
}

const ended: readonly string[] = ["success", "partial_success", "failure", "skipped"];

export function createClient({
  baseUrl,
  apiKey,
  requestTimeoutMs,
  maxReplyBytes,
  resolve = async (name) => (await lookUp(name, { all: true })).map(({ address }) => address),
}: DoclingServeConnection): DoclingServeClient {
  const base = baseUrl.replace(/\/+$/, "");
  const headers = apiKey === null ? {} : { "x-api-key": apiKey };

  async function ask(path: string, maxBytes: number, signal: AbortSignal, body?: FormData): Promise<Uint8Array> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
    try {
      const response = await fetch(`${base}${path}`, {
        method: body ? "POST" : "GET",
        headers,
        redirect: "error",
        signal: either,
        ...(body && { body }),
      });
      if (!response.ok) throw await refusalOf(response);
      return await readBounded(response, maxBytes);
    } catch (error) {
      signal.throwIfAborted();
      throw AppError.is(error) ? error : unavailable("unreachable", { cause: error });
    }
  }
  const askTask = async (path: string, signal: AbortSignal, body?: FormData) =>
    taskOf(await ask(path, maxStatusBytes, signal, body));

  async function waitFor(id: string, signal: AbortSignal): Promise<Task> {
    for (let failures = 0; ; ) {
      const askedMs = performance.now();
      try {
        const task = await askTask(`/v1/status/poll/${id}?wait=${pollWaitSeconds}`, signal);
        if (ended.includes(task.status)) return task;
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        if (failures > maxFailedPolls || (AppError.is(error) && error.params.reason === "unauthorized")) throw error;
      }
      await sleep(Math.max(0, pollPauseMs - (performance.now() - askedMs)), undefined, { signal }).catch(() =>
        signal.throwIfAborted(),
      );
    }
  }

  /** Documents of every corpus go there, `local_only` ones too: the service must stand inside the walls. */
  async function assertInside(): Promise<void> {
    const name = new URL(base).hostname.replace(/^\[|\]$/g, "");
    const addresses = await resolve(name).catch((error: unknown) => {
      throw unavailable("unreachable", { cause: error });
    });
    if (addresses.length === 0 || addresses.some(isPublicAddress)) throw unavailable("outside");
  }

  return {
    async convert(file, options, signal, onSent) {
      await assertInside();
      const sent = await askTask("/v1/convert/file/async", signal, formOf(file, options));
      onSent();
      const task = await waitFor(sent.id, signal);
      try {
        return await ask(`/v1/result/${sent.id}`, maxReplyBytes, signal);
      } catch (error) {
        const isWithoutResult = task.status === "failure" && AppError.is(error) && error.params.reason === "task_lost";
        throw isWithoutResult ? failureOf([task.error]) : error; // some versions keep none of a failed task
      }
    },
    async check() {
      await assertInside();
      await ask("/health", maxStatusBytes, AbortSignal.timeout(requestTimeoutMs));
    },
  };
}

/** The engine of its OCR decides how languages are spelt, so that the service's own setting stands (no `ocr_lang`). */
function formOf(file: SourceFile, { format, ocr, maxPages, limitMs }: TaskOptions): FormData {
  const form = new FormData();
  form.append("files", new Blob([file.bytes as Uint8Array<ArrayBuffer>]), file.filename);
  const fields: [string, string][] = [
    ["to_formats", "json"],
    ["image_export_mode", "placeholder"],
    ["include_images", "false"],
    ["do_ocr", String(ocr === "auto")],
    ["table_mode", "accurate"],
    ["abort_on_error", "false"],
    ["document_timeout", String(Math.ceil(limitMs / 1_000))],
  ];
  // one page more than allowed: whether there are more is then told by our own count, not hidden by a cut
  if (format === "pdf") fields.push(["page_range", "1"], ["page_range", String(maxPages + 1)]);
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

async function refusalOf(response: Response): Promise<AppError> {
  await response.body?.cancel().catch(() => {}); // its words are for nobody
  const internal = { status: response.status };
  if (response.status === 401 || response.status === 403) return unavailable("unauthorized", { internal });
  if (response.status === 404) return unavailable("task_lost", { internal });
  if (response.status === 413)
    return new AppError("document_too_complex", "The file is too large for the conversion service.", {
      params: { limit: "bytes" },
      internal,
    });
  return unavailable(response.status >= 500 || response.status === 429 ? "unreachable" : "refused", { internal });
}

async function readBounded(response: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    sizeBytes += part.length;
    if (sizeBytes > maxBytes) throw unavailable("too_large");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
