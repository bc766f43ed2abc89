import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { AppError } from "@aurora/kernel";
import { conversionVersion } from "../conversion-version.ts";
import type { ConversionOptions, ConvertedDocument, DocumentConverter, PageImage, SourceFile } from "../port.ts";
import { createMessageCheck } from "./check-message.ts";
import { createChildren, type FreshChild } from "./children.ts";
import { readingOnly } from "./permissions.ts";
import type { ChildMessage, ParentMessage } from "./protocol.ts";

export interface LocalConverterOptions {
  /** File of the child's entry: `child.ts` of this folder, or a bundle of it. */
  readonly childEntry: string;
  /** Node's own arguments for the child, such as the loader of TypeScript. Empty for a bundle. */
  readonly execArgv?: readonly string[];
  /**
   * Folders that are all the child may read; it can then write nothing, start no process and no thread. Without it
   * (running from source, whose loader needs all of these) the file system stays open to it.
   */
  readonly readable?: readonly string[];
}

/** The child as `./nexus build` bundles it: it sees the product's own code and nothing else of the disk. */
export const bundledChild = (root: string): LocalConverterOptions => ({
  childEntry: join(root, "dist/conversion-child.js"),
  readable: [join(root, "dist"), join(root, "node_modules")],
});

export interface LocalConverter extends DocumentConverter {
  /** As `convert`, but the document is the one in a conversion service's answer; words are counted against the file's own. */
  adopt(
    file: SourceFile,
    serviceReply: Uint8Array,
    options: ConversionOptions,
    onPageImage: (image: PageImage) => Promise<void>,
  ): Promise<ConvertedDocument>;
  /** Ends the process that waits for the next document; conversions under way go on. */
  close(): void;
}

const rssPollMs = 100;
const stderrKeptChars = 4_000;

/**
 * Converts each file in a child process of its own: empty environment, network shut (`block-network.ts`), the disk shut
 * but for the product's code (`readable`), JavaScript
 * heap and resident memory bounded, killed at the time limit or when `signal` aborts. A child that dies ends the
 * conversion with `document_corrupt`, `conversion_out_of_memory` or `conversion_timeout`; it never hangs. The process
 * of the next document starts beside the work on this one (`children.ts`) and never sees another.
 * @throws The signal's reason when aborted.
 */
export function createLocalConverter({ childEntry, execArgv = [], readable }: LocalConverterOptions): LocalConverter {
  const children = createChildren(childEntry, [...execArgv, ...(readable ? readingOnly(readable) : [])]);
  const run = async (
    file: SourceFile,
    serviceReply: Uint8Array | null,
    options: ConversionOptions,
    onPageImage: (image: PageImage) => Promise<void>,
  ) => {
    options.signal?.throwIfAborted();
    const child = children.take(options.maxMemoryMb, extname(file.filename).slice(1).toLowerCase());
    return supervise(child, { file, serviceReply }, options, onPageImage);
  };
  return {
    id: `local@${conversionVersion}`,
    convert: (file, options, onPageImage) => run(file, null, options, onPageImage),
    adopt: (file, serviceReply, options, onPageImage) =>
      run(file, serviceReply, { ...options, ocr: "off" }, onPageImage), // the service has read what needed it
    close: () => children.close(),
  };
}

function supervise(
  { process: child, ready }: FreshChild,
  { file, serviceReply }: { readonly file: SourceFile; readonly serviceReply: Uint8Array | null },
  options: ConversionOptions,
  onPageImage: (image: PageImage) => Promise<void>,
): Promise<ConvertedDocument> {
  return new Promise((resolve, reject) => {
    let stderr = "";
    let isSettled = false;
    let seenMb: number | null = null; // of a process that has ended the system tells nothing more
    const settle = (finish: () => void) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      clearInterval(watch);
      options.signal?.removeEventListener("abort", abort);
      const peakMb = residentMb(child.pid)?.peak ?? seenMb;
      if (peakMb !== null) options.onPeakMemory?.(Math.round(peakMb * 1_048_576));
      child.kill("SIGKILL"); // it has answered or must not go on
      finish();
    };
    const fail = (error: unknown) => settle(() => reject(error));
    const abort = () => fail(options.signal?.reason);
    const timer = setTimeout(() => fail(timeoutError(options.timeoutMs)), options.timeoutMs);
    const watch = setInterval(() => {
      const resident = residentMb(child.pid);
      seenMb = resident?.peak ?? seenMb;
      if ((resident?.now ?? 0) > options.maxMemoryMb) fail(memoryError(options.maxMemoryMb));
    }, rssPollMs);
    const send = (message: ParentMessage) => {
      if (child.connected) child.send(message, () => {}); // a lost channel is told by the child's exit
    };
    const check = createMessageCheck(options.maxPages);
    const onMessage = async (received: unknown) => {
      const message = checked(check, received);
      switch (message.kind) {
        case "progress":
          options.onProgress?.(message.fraction, message.pageCount);
          break;
        case "page_image":
          await onPageImage({ page: message.page, png: message.png });
          send({ kind: "ack" });
          break;
        case "picture":
          await options.onPicture?.(message.picture);
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
      if (!isSettled) onMessage(message).catch(fail);
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
        serviceReply,
        timeoutMs: options.timeoutMs,
        maxPages: options.maxPages,
        pageImageDpi: options.pageImageDpi,
        password: options.password ?? null,
        language: options.language ?? null,
        ocr: options.ocr ?? "auto",
        htmlMode: options.htmlMode ?? "main",
        wantsPictures: options.onPicture !== undefined,
      }),
    );
  });
}

/** A process that sends what none sends is its document's: it ends like one that crashed. */
function checked(check: (message: unknown) => ChildMessage, message: unknown): ChildMessage {
  try {
    return check(message);
  } catch (error) {
    throw crashError(error instanceof Error ? error.message : String(error));
  }
}

const timeoutError = (timeoutMs: number) =>
  new AppError("conversion_timeout", "The document took too long to convert.", { params: { timeout_ms: timeoutMs } });
const memoryError = (maxMemoryMb: number) =>
  new AppError("conversion_out_of_memory", "The document needs too much memory.", {
    params: { limit_mb: maxMemoryMb },
  });
const crashError = (detail: string) =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail } });

/** Resident memory in MB, now and at its height, where the system shows it (Linux); elsewhere the heap limit stands alone. */
function residentMb(pid: number | undefined): { now: number; peak: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
    const [now, peak] = [megabytes("VmRSS"), megabytes("VmHWM")];
    return Number.isFinite(now) && Number.isFinite(peak) ? { now, peak } : null;
  } catch {
    return null;
  }
}
