import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ChecksumName } from "./checksum.ts";
import {
  codeOf,
  moveInto,
  type ObjectFileWriter,
  openObjectFile,
  readFolder,
  readObjectMeta,
  type StoredMeta,
  type StoredObject,
  syncFolder,
} from "./object-file.ts";
import { S3Error } from "./s3-error.ts";

/** An object that comes in parts, not yet complete. */
export interface MultipartUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  /** What the client said it would check its parts with. */
  readonly checksum: ChecksumName | null;
  readonly initiatedMs: number;
}

export interface StoredPart extends Omit<StoredMeta, "key" | "contentType"> {
  /** 1 to 10,000. */
  readonly number: number;
}

/** A part on its way in: nothing is visible before `commit`. */
export interface IncomingPart {
  write(bytes: Uint8Array): Promise<void>;
  /** Durable when it resolves; takes the place of a part of the same number. @throws S3Error `NoSuchUpload`. */
  commit(part: StoredPart): Promise<void>;
  discard(): Promise<void>;
}

export interface MultipartStorage {
  create(upload: Omit<MultipartUpload, "id">): Promise<MultipartUpload>;
  /** @throws S3Error `NoSuchUpload` for an unknown id, and for one of another bucket or key. */
  find(bucket: string, key: string, id: string): Promise<MultipartUpload>;
  beginPart(id: string): Promise<IncomingPart>;
  /** By number. */
  parts(id: string): Promise<StoredPart[]>;
  openPart(id: string, number: number): Promise<StoredObject | null>;
  /** Safe to call twice. */
  remove(id: string): Promise<void>;
  /** By key, then by age. */
  list(bucket: string, prefix: string): Promise<MultipartUpload[]>;
  sweep(beforeMs: number): Promise<number>;
}

const idPattern = /^[0-9a-f]{32}$/;
const uploadFile = "upload.json";
const partFile = /^part\.(\d{1,5})$/;
const noSuchUpload = (): S3Error =>
  new S3Error("NoSuchUpload", "The specified upload does not exist. It may have been aborted or completed.");

/**
 * A folder an upload: `upload.json` and one file a part. Removal takes the whole folder away by one rename, so that no
 * part can be added to half an upload.
 * @param beginFile A temporary file on the same file system.
 */
export async function createMultipartStorage(
  folder: string,
  beginFile: () => Promise<{ path: string; writer: ObjectFileWriter }>,
): Promise<MultipartStorage> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const entry of await readFolder(folder))
    if (!idPattern.test(entry.name)) await rm(join(folder, entry.name), { recursive: true, force: true }); // half made or half removed
  const folderOf = (id: string): string => join(folder, id);

  async function read(id: string): Promise<MultipartUpload | null> {
    if (!idPattern.test(id)) return null;
    try {
      return JSON.parse(await readFile(join(folderOf(id), uploadFile), "utf8")) as MultipartUpload;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      throw error;
    }
  }
  async function all(): Promise<MultipartUpload[]> {
    const uploads = await Promise.all((await readFolder(folder)).map((entry) => read(entry.name)));
    return uploads.filter((upload) => upload !== null);
  }
  async function remove(id: string): Promise<void> {
    const gone = `${folderOf(id)}.removed`;
    try {
      await rename(folderOf(id), gone);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      throw error;
    }
    await rm(gone, { recursive: true, force: true });
  }

  return {
    async create(upload) {
      const made: MultipartUpload = { ...upload, id: randomBytes(16).toString("hex") };
      const draft = `${folderOf(made.id)}.new`;
      await mkdir(draft, { mode: 0o700 });
      await writeFile(join(draft, uploadFile), JSON.stringify(made), { mode: 0o600, flush: true });
      await syncFolder(draft);
      await moveInto(draft, folderOf(made.id));
      return made;
    },
    async find(bucket, key, id) {
      const upload = await read(id);
      if (upload?.bucket !== bucket || upload.key !== key) throw noSuchUpload();
      return upload;
    },
    async beginPart(id) {
      const { path, writer } = await beginFile();
      return {
        write: writer.write,
        commit: async ({ number, ...meta }) => {
          await writer.finish({ ...meta, key: String(number), contentType: "" });
          try {
            await moveInto(path, join(folderOf(id), `part.${number}`));
          } catch (error) {
            throw codeOf(error) === "ENOENT" ? noSuchUpload() : error; // completed or aborted meanwhile
          }
        },
        discard: writer.discard,
      };
    },
    async parts(id) {
      const found: StoredPart[] = [];
      for (const entry of await readFolder(folderOf(id))) {
        const number = Number(partFile.exec(entry.name)?.[1]);
        const meta = number > 0 ? await readObjectMeta(join(folderOf(id), entry.name)) : null;
        if (meta === null) continue;
        const { key: _key, contentType: _type, ...part } = meta;
        found.push({ ...part, number });
      }
      return found.sort((a, b) => a.number - b.number);
    },
    openPart: (id, number) => openObjectFile(join(folderOf(id), `part.${number}`)),
    remove,
    async list(bucket, prefix) {
      const uploads = (await all()).filter((upload) => upload.bucket === bucket && upload.key.startsWith(prefix));
      return uploads.sort(
        (a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiatedMs - b.initiatedMs,
      );
    },
    async sweep(beforeMs) {
      const old = (await all()).filter((upload) => upload.initiatedMs < beforeMs);
      for (const { id } of old) await remove(id);
      return old.length;
    },
  };
}
