import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { AppError } from "@aurora/kernel";
import type { ConversionOptions, ConvertedDocument, DocumentConverter, PageImage, SourceFile } from "../port.ts";
import { createChildren, type FreshChild } from "./children.ts";
import type { ChildMessage, ParentMessage } from "./protocol.ts";

export interface LocalConverterOptions {
  /** File of the child's entry: `child.ts` of this folder, or a bundle of it. */
  readonly childEntry: string;
  /** Node's own arguments for the child, such as the loader of TypeScript. Empty for a bundle. */
  readonly execArgv?: readonly string[];
}

export interface LocalConverter extends DocumentConverter {
  /** Ends the process that waits for the next document; conversions under way go on. */
  close(): void;
}

const rssPollMs = 100;
const stderrKeptChars = 4_000;

/**
 * Converts each file in a child process of its own: empty environment, network shut (`block-network.ts`), JavaScript
 * heap and resident memory bounded, killed at the time limit or when `signal` aborts. A child that dies ends the
 * conversion with `document_corrupt`, `conversion_out_of_memory` or `conversion_timeout`; it never hangs. The process
 * of the next document starts beside the work on this one (`children.ts`) and never sees another.
 * @throws The signal's reason when aborted.
 */
export function createLocalConverter({ childEntry, execArgv = [] }: LocalConverterOptions): LocalConverter {
  const children = createChildren(childEntry, execArgv);
  return {
    id: "local",
    async convert(file, options, onPageImage) {
      options.signal?.throwIfAborted();
      const child = children.take(options.maxMemoryMb, extname(file.filename).slice(1).toLowerCase());
      return supervise(child, file, options, onPageImage);
    },
    close: () => children.close(),
  };
}

function supervise(
  { process: child, ready }: FreshChild,
  file: SourceFile,
  options: ConversionOptions,
  onPageImage: (image: PageImage) => Promise<void>,
): Promise<ConvertedDocument> {
  return new Promise((resolve, reject) => {
    let stderr = "";
    let isSettled = false;
    const settle = (finish: () => void) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      clearInterval(watch);
      options.signal?.removeEventListener("abort", abort);
      child.kill("SIGKILL"); // it has answered or must not go on
      finish();
    };
    const fail = (error: unknown) => settle(() => reject(error));
    const abort = () => fail(options.signal?.reason);
    const timer = setTimeout(() => fail(timeoutError(options.timeoutMs)), options.timeoutMs);
    const watch = setInterval(() => {
      if ((residentMb(child.pid) ?? 0) > options.maxMemoryMb) fail(memoryError(options.maxMemoryMb));
    }, rssPollMs);
    const send = (message: ParentMessage) => {
      if (child.connected) child.send(message, () => {}); // a lost channel is told by the child's exit
    };
    const onMessage = async (message: ChildMessage) => {
      switch (message.kind) {
        case "progress":
          options.onProgress?.(message.fraction);
          break;
        case "page_image":
          await onPageImage({ page: message.page, png: message.png });
          send({ kind: "ack" });
          break;
        case "done":
          settle(() => resolve(message.result));
          break;
        case "failed":
          fail(new AppError(message.code, message.message, { params: message.params }));
          break;
        case "crashed":
          fail(crashError(message.error));
          break;
      }
    };
    child.stderr?.on("data", (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(-stderrKeptChars);
    });
    child.on("error", fail);
    child.on("message", (message) => {
      if (!isSettled) onMessage(message as ChildMessage).catch(fail);
    });
    child.on("exit", (code, signal) => {
      const isOutOfMemory =
        signal === "SIGABRT" || signal === "SIGKILL" || code === 134 || /heap out of memory/i.test(stderr);
      fail(isOutOfMemory ? memoryError(options.maxMemoryMb) : crashError(`exit ${code ?? signal}: ${stderr}`));
    });
    options.signal?.addEventListener("abort", abort, { once: true });
    ready.then(() =>
      send({
        kind: "convert",
        file,
        maxPages: options.maxPages,
        pageImageDpi: options.pageImageDpi,
        password: options.password ?? null,
        language: options.language ?? null,
        ocr: options.ocr ?? "auto",
        htmlMode: options.htmlMode ?? "main",
      }),
    );
  });
}

const timeoutError = (timeoutMs: number) =>
  new AppError("conversion_timeout", "The document took too long to convert.", { params: { timeout_ms: timeoutMs } });
const memoryError = (maxMemoryMb: number) =>
  new AppError("conversion_out_of_memory", "The document needs too much memory.", {
    params: { limit_mb: maxMemoryMb },
  });
const crashError = (detail: string) =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail } });

/** Resident memory in MB, where the system shows it (Linux); elsewhere the heap limit stands alone. */
function residentMb(pid: number | undefined): number | null {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return (pages * 4096) / 1_048_576;
  } catch {
    return null;
  }
}
