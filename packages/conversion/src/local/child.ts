/**
 * Entry of the conversion child: takes one file over IPC, converts it, answers and waits to be killed. Its argument names the format
 * whose reader it loads while it waits; the file that comes may be of another.
 */
import { AppError } from "@aurora/kernel";
import { convertFile } from "../convert.ts";
import { readers } from "../readers/index.ts";
import { blockNetwork } from "./block-network.ts";
import type { ChildMessage, ParentMessage } from "./protocol.ts";

blockNetwork();

let acknowledge: (() => void) | null = null;
let acknowledged: Promise<void> = Promise.resolve(); // the image sent last is in the parent's hands

/** Resolves when the message has left this process. */
const send = (message: ChildMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!process.send) return reject(new Error("the conversion child needs an IPC channel"));
    process.send(message, undefined, {}, (error) => (error ? reject(error) : resolve()));
  });

/** One at a time; the next is made meanwhile. */
async function sendImage(message: ChildMessage): Promise<void> {
  await acknowledged;
  acknowledged = new Promise<void>((resolve) => {
    acknowledge = resolve;
  });
  await send(message);
}

process.on("disconnect", () => process.exit(1)); // the parent is gone
process.on("message", (message: ParentMessage) => {
  if (message.kind === "ack") acknowledge?.();
  else void run(message);
});
void send({ kind: "ready" });
void readers
  .get(process.argv[2] ?? "")?.()
  .then((reader) => reader.prepare?.())
  .catch(() => {}); // what cannot be loaded is told when a document needs it

async function run(job: Extract<ParentMessage, { kind: "convert" }>): Promise<void> {
  let lastFraction = 0;
  try {
    const result = await convertFile(
      job.file,
      {
        timeoutMs: job.timeoutMs,
        maxPages: job.maxPages,
        pageImageDpi: job.pageImageDpi,
        password: job.password,
        language: job.language,
        ocr: job.ocr,
        htmlMode: job.htmlMode,
        serviceReply: job.serviceReply,
        ...(job.wantsPictures && { onPicture: (picture) => sendImage({ kind: "picture", picture }) }),
        onProgress(fraction, pageCount) {
          if (fraction < 1 && fraction - lastFraction < 0.01) return;
          lastFraction = fraction;
          void send({ kind: "progress", fraction, pageCount });
        },
      },
      ({ page, png }) => sendImage({ kind: "page_image", page, png }),
    );
    await acknowledged;
    await send({ kind: "done", result });
  } catch (error) {
    if (AppError.is(error))
      await send({ kind: "failed", code: error.code, message: error.message, params: error.params });
    else if (error instanceof Error && error.name === "RuntimeError")
      await send({
        kind: "failed",
        code: "document_corrupt",
        message: "The file is damaged or incomplete.",
        params: {},
      });
    else
      await send({ kind: "crashed", error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  // Not ended here: the parent may see the end of a process before the message it sent last. It kills us when it has it.
}
