import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SpooledFile } from "../use-cases/upload-document.ts";

/** Writes a stream to a temporary file, hashing on the way. A stream that breaks off leaves no file behind. */
export async function spoolFile(bytes: AsyncIterable<Uint8Array>): Promise<SpooledFile> {
  const folder = await mkdtemp(join(tmpdir(), "nexus-upload-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, "file");
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    const file = await open(path, "wx", 0o600);
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        sizeBytes += chunk.byteLength;
        await file.write(chunk);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { sizeBytes, sha256: hash.digest("hex"), open: () => createReadStream(path), remove };
}
