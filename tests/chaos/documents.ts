import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateUploadResponse } from "@aurora/contracts";
import type { ChaosProduct } from "./product.ts";

export interface ChaosFile {
  readonly filename: string;
  readonly bytes: Uint8Array;
  /** What the newest version must end as. */
  readonly end: "success" | "failed";
}

const samples = resolve(import.meta.dirname, "../../samples");
const text = (value: string) => new TextEncoder().encode(value);

/**
 * 200 uploads: texts of several formats and sizes, real PDF and DOCX files, files nothing can read, and new versions of
 * documents that were sent before under the same name.
 */
export function chaosFiles(random: () => number): ChaosFile[] {
  const word = () => Math.floor(random() * 1e9).toString(36);
  const prose = (paragraphs: number) =>
    Array.from(
      { length: paragraphs },
      (_, index) => `Le paragraphe ${index} du site ${word()} décrit le convoyeur ${word()} et son entretien annuel.`,
    );
  const files: ChaosFile[] = [];
  for (let index = 0; index < 200; index++) {
    const kind = index % 20;
    const body = prose(3 + Math.floor(random() * 200));
    if (kind === 7) files.push({ filename: `broken-${index}.pdf`, bytes: text(`%PDF-1.7\n${word()}`), end: "failed" });
    else if (kind === 13) {
      const name = random() < 0.5 ? "halbran-rapport-annuel-2025.pdf" : "halbran-guide-teletravail.docx";
      files.push({ filename: `${index}-${name}`, bytes: readFileSync(join(samples, name)), end: "success" });
    } else if (kind === 19) {
      const earlier = files[index - 9]; // a .md
      if (!earlier) throw new Error("a document to send again was expected");
      files.push({ filename: earlier.filename, bytes: text(body.join("\n\n")), end: "success" });
    } else if (kind % 4 === 0)
      files.push({
        filename: `${index}.html`,
        bytes: text(`<h1>${word()}</h1><p>${body.join("</p><p>")}</p>`),
        end: "success",
      });
    else if (kind % 4 === 1)
      files.push({
        filename: `${index}.csv`,
        bytes: text(body.map((line, row) => `${row};${line}`).join("\n")),
        end: "success",
      });
    else files.push({ filename: `${index}.md`, bytes: text(`# ${word()}\n\n${body.join("\n\n")}`), end: "success" });
  }
  return files;
}

const patienceMs = 120_000;

/** Asks until it is answered: a service that was killed is back within seconds, and every call may be made twice. */
async function insist<Value>(what: string, ask: () => Promise<Value>): Promise<Value> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${what} found no answer`, { cause: error });
      await sleep(200);
    }
  }
}

/** As a browser does it: announced, sent straight to the object store, completed. */
export async function uploadFile(product: ChaosProduct, { bytes, filename }: ChaosFile): Promise<string> {
  const call = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`${product.apiUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${product.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${answer.slice(0, 300)}`);
    return JSON.parse(answer);
  };
  return insist(filename, async () => {
    const { document_id: id, upload } = CreateUploadResponse.parse(
      await call("/api/documents/uploads", {
        filename,
        size_bytes: bytes.byteLength,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        source_app: "default",
      }),
    );
    const put = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: Buffer.from(bytes) });
    if (!put.ok) throw new Error(`the object store answered ${put.status}`);
    await call(`/api/documents/${id}/complete`, {});
    return id;
  });
}
