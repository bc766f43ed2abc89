import { createHash, randomUUID } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import * as nodeFiles from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { Checksums } from "./checksum.ts";
import { S3Error } from "./s3-error.ts";

/** What is kept beside an object's bytes. */
export interface StoredMeta {
  readonly key: string;
  readonly sizeBytes: number;
  /** MD5 hex, without quotes. */
  readonly etag: string;
  readonly contentType: string;
  readonly checksums: Checksums;
  readonly modifiedMs: number;
}

export interface StoredObject {
  readonly meta: StoredMeta;
  /** @param range Inclusive offsets; absent = the whole body. Closes the file when it ends or is destroyed. */
  read(range?: { start: number; end: number }): Readable;
  /** For a caller that reads nothing. */
  close(): Promise<void>;
}

/** A body on its way in: nothing is visible before `commit`. */
export interface IncomingObject {
  write(bytes: Uint8Array): Promise<void>;
  /** Durable when it resolves. @throws S3Error `PreconditionFailed` when `ifAbsent` and the key exists. */
  commit(meta: StoredMeta, options: { ifAbsent: boolean }): Promise<void>;
  /** Safe after `commit` and after a failure. */
  discard(): Promise<void>;
}

export interface FileStorage {
  begin(bucket: string): Promise<IncomingObject>;
  open(bucket: string, key: string): Promise<StoredObject | null>;
  /** An absent key is no error. */
  remove(bucket: string, key: string): Promise<void>;
  /** Every object whose key starts with `prefix`, sorted by the bytes of the key. */
  list(bucket: string, prefix: string): Promise<StoredMeta[]>;
}

/** One file an object: `body | meta JSON | length of the JSON, uint32 big-endian | "NXO1"`, so one rename makes it whole. */
const magic = Buffer.from("NXO1");
const tailBytes = 8;
const maxMetaBytes = 16_384;
/** Folders stand for the first segments of a key, so that listing a prefix walks one branch and no path grows long. */
const maxFolders = 4;

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * Objects as files. Keys never become paths: every segment is hashed. Bodies go to `incoming/`, are synced and
 * renamed; what a crash leaves in `incoming/` is removed at the next start.
 * @param files The file system; a test gives one that fails.
 */
export async function openFileStorage(
  folder: string,
  buckets: readonly string[],
  files: Pick<typeof nodeFiles, "open"> = nodeFiles,
): Promise<FileStorage> {
  const incoming = join(folder, "incoming");
  await nodeFiles.rm(incoming, { recursive: true, force: true });
  await nodeFiles.mkdir(incoming, { recursive: true, mode: 0o700 });
  for (const bucket of buckets)
    await nodeFiles.mkdir(join(folder, "buckets", bucket), { recursive: true, mode: 0o700 });

  const folderOf = (bucket: string, segments: readonly string[]): string =>
    join(folder, "buckets", bucket, ...segments.slice(0, maxFolders).map((segment) => hashOf(segment).slice(0, 32)));
  const fileOf = (bucket: string, key: string): string =>
    join(folderOf(bucket, key.split("/").slice(0, -1)), `${hashOf(key)}.object`);

  async function begin(bucket: string): Promise<IncomingObject> {
    const path = join(incoming, randomUUID());
    const file = await files.open(path, "wx", 0o600);
    let isOpen = true;
    const closeFile = async (): Promise<void> => {
      if (isOpen) await file.close();
      isOpen = false;
    };
    return {
      write: async (bytes) => void (await file.appendFile(bytes)),
      commit: async (meta, { ifAbsent }) => {
        await file.appendFile(encodeTail(meta));
        await file.sync();
        await closeFile();
        await publish(path, fileOf(bucket, meta.key), ifAbsent);
      },
      discard: async () => {
        await closeFile();
        await nodeFiles.rm(path, { force: true });
      },
    };
  }

  /** A folder can be removed as empty between its making and the rename: then it is made again. */
  async function publish(from: string, to: string, ifAbsent: boolean): Promise<void> {
    for (let tries = 0; ; tries++) {
      await nodeFiles.mkdir(dirname(to), { recursive: true, mode: 0o700 });
      try {
        if (ifAbsent)
          await nodeFiles.link(from, to); // fails when the name is taken: the check and the write are one step
        else await nodeFiles.rename(from, to);
        return await syncFolder(dirname(to));
      } catch (error) {
        if (codeOf(error) === "EEXIST")
          throw new S3Error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold.");
        if (codeOf(error) !== "ENOENT" || tries >= 3) throw error;
      }
    }
  }

  async function open(bucket: string, key: string): Promise<StoredObject | null> {
    const file = await openIfPresent(fileOf(bucket, key));
    if (!file) return null;
    try {
      const meta = await readMeta(file);
      return {
        meta,
        read: (range) =>
          meta.sizeBytes === 0
            ? emptyBody(file)
            : file.createReadStream({ start: range?.start ?? 0, end: range?.end ?? meta.sizeBytes - 1 }),
        close: () => file.close(),
      };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async function remove(bucket: string, key: string): Promise<void> {
    const path = fileOf(bucket, key);
    await nodeFiles.rm(path, { force: true });
    const top = join(folder, "buckets", bucket);
    try {
      for (let parent = dirname(path); parent !== top; parent = dirname(parent)) await nodeFiles.rmdir(parent);
    } catch (error) {
      if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(codeOf(error))) throw error;
    }
  }

  async function list(bucket: string, prefix: string): Promise<StoredMeta[]> {
    const found: StoredMeta[] = [];
    const start = folderOf(bucket, prefix.split("/").slice(0, -1));
    const walk = async (path: string): Promise<void> => {
      for (const entry of await readFolder(path)) {
        if (entry.isDirectory()) await walk(join(path, entry.name));
        else {
          const file = await openIfPresent(join(path, entry.name));
          if (!file) continue; // removed meanwhile
          const meta = await readMeta(file).finally(() => file.close());
          if (meta.key.startsWith(prefix)) found.push(meta);
        }
      }
    };
    await walk(start);
    return found
      .map((meta) => ({ meta, bytes: Buffer.from(meta.key) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ meta }) => meta);
  }

  return { begin, open, remove, list };
}

/** A read stream cannot be asked for no bytes. */
const emptyBody = (file: nodeFiles.FileHandle): Readable =>
  new Readable({
    read() {
      this.push(null);
    },
    destroy: (error, done) => void file.close().then(() => done(error), done),
  });

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

async function openIfPresent(path: string): Promise<nodeFiles.FileHandle | null> {
  try {
    return await nodeFiles.open(path, constants.O_RDONLY);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await nodeFiles.readdir(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await nodeFiles.open(path, constants.O_RDONLY);
  await handle.sync().finally(() => handle.close());
}

function encodeTail(meta: StoredMeta): Buffer {
  const json = Buffer.from(JSON.stringify(meta));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([json, length, magic]);
}

async function readMeta(file: nodeFiles.FileHandle): Promise<StoredMeta> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(tailBytes);
  await file.read(tail, 0, tailBytes, Math.max(0, size - tailBytes));
  const length = tail.readUInt32BE(0);
  if (!tail.subarray(4).equals(magic) || length > maxMetaBytes) throw new Error("object file without a valid tail");
  const json = Buffer.alloc(length);
  await file.read(json, 0, length, size - tailBytes - length);
  const meta = JSON.parse(json.toString("utf8")) as StoredMeta;
  if (meta.sizeBytes !== size - tailBytes - length) throw new Error("object file of an unexpected length");
  return meta;
}
