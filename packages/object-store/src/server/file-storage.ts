import { createHash, randomUUID } from "node:crypto";
import * as nodeFiles from "node:fs/promises";
import { dirname, join } from "node:path";
import { createMultipartStorage, type MultipartStorage } from "./multipart-storage.ts";
import {
  codeOf,
  createObjectFile,
  openObjectFile,
  readFolder,
  readObjectMeta,
  type StoredMeta,
  type StoredObject,
  syncFolder,
} from "./object-file.ts";
import { S3Error } from "./s3-error.ts";

/** What must hold of the key at the moment of the write. */
export interface WriteCondition {
  readonly ifAbsent: boolean;
  /** ETag the object must have; null = any, or none. */
  readonly ifMatch: string | null;
}

/** A body on its way in: nothing is visible before `commit`. */
export interface IncomingObject {
  write(bytes: Uint8Array): Promise<void>;
  /** Durable when it resolves. @throws S3Error `PreconditionFailed`; `NoSuchKey` when `ifMatch` names an absent key. */
  commit(meta: StoredMeta, condition: WriteCondition): Promise<void>;
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
  readonly multipart: MultipartStorage;
  /** Removes multipart uploads begun, and unfinished files last written, before then. @returns how many. */
  sweep(beforeMs: number): Promise<number>;
}

/** Folders stand for the first segments of a key, so that listing a prefix walks one branch and no path grows long. */
const maxFolders = 4;
const maxPublishTries = 10;

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Objects as files. Keys never become paths: every segment is hashed. Bodies go to `incoming/`, are synced and
 * renamed; what a crash leaves in `incoming/` is removed at the next start, parts of uploads are kept (`multipart/`).
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
  const beginFile = async () => {
    const path = join(incoming, randomUUID());
    return { path, writer: await createObjectFile(path, files) };
  };
  const multipart = await createMultipartStorage(join(folder, "multipart"), beginFile);

  const folderOf = (bucket: string, segments: readonly string[]): string =>
    join(folder, "buckets", bucket, ...segments.slice(0, maxFolders).map((segment) => hashOf(segment).slice(0, 32)));
  const fileOf = (bucket: string, key: string): string =>
    join(folderOf(bucket, key.split("/").slice(0, -1)), `${hashOf(key)}.object`);
  const oneAtATime = createTurns();

  async function begin(bucket: string): Promise<IncomingObject> {
    const { path, writer } = await beginFile();
    return {
      write: writer.write,
      commit: async (meta, condition) => {
        await writer.finish(meta);
        const target = fileOf(bucket, meta.key);
        await oneAtATime(target, async () => {
          if (condition.ifMatch !== null) await needEtag(target, condition.ifMatch);
          await publish(path, target, condition.ifAbsent);
        });
      },
      discard: writer.discard,
    };
  }

  /** A folder can be removed as empty between its making and the rename: then it is made again. */
  async function publish(from: string, to: string, ifAbsent: boolean): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await nodeFiles.mkdir(dirname(to), { recursive: true, mode: 0o700 });
        if (ifAbsent)
          await nodeFiles.link(from, to); // fails when the name is taken: the check and the write are one step
        else await nodeFiles.rename(from, to);
        return await syncFolder(dirname(to));
      } catch (error) {
        if (codeOf(error) === "EEXIST") throw preconditionFailed();
        if (codeOf(error) !== "ENOENT" || tries >= maxPublishTries) throw error;
      }
    }
  }

  async function remove(bucket: string, key: string): Promise<void> {
    const path = fileOf(bucket, key);
    await oneAtATime(path, () => nodeFiles.rm(path, { force: true }));
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
          const meta = await readObjectMeta(join(path, entry.name)); // null when removed meanwhile
          if (meta?.key.startsWith(prefix)) found.push(meta);
        }
      }
    };
    await walk(start);
    return found.sort((a, b) => byBytes(a.key, b.key));
  }

  async function sweep(beforeMs: number): Promise<number> {
    let count = await multipart.sweep(beforeMs);
    for (const entry of await readFolder(incoming)) {
      const path = join(incoming, entry.name);
      const stat = await nodeFiles.stat(path).catch(() => null); // published meanwhile
      if (stat === null || stat.mtimeMs >= beforeMs) continue;
      await nodeFiles.rm(path, { force: true });
      count += 1;
    }
    return count;
  }

  return { begin, open: (bucket, key) => openObjectFile(fileOf(bucket, key)), remove, list, multipart, sweep };
}

export const preconditionFailed = (): S3Error =>
  new S3Error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold.");

async function needEtag(path: string, etag: string): Promise<void> {
  const meta = await readObjectMeta(path);
  if (meta === null) throw new S3Error("NoSuchKey", "The specified key does not exist.");
  if (meta.etag !== etag) throw preconditionFailed();
}

/** Work on one name waits for the work on it before: a check and the write after it are then one step. */
function createTurns(): <Value>(name: string, work: () => Promise<Value>) => Promise<Value> {
  const last = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
}
