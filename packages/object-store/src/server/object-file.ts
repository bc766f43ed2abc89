import { constants, type Dirent } from "node:fs";
import * as nodeFiles from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import type { Checksums } from "./checksum.ts";

/** What is kept beside an object's bytes. */
export interface StoredMeta {
  readonly key: string;
  readonly sizeBytes: number;
  /** MD5 hex, without quotes; of an object made of parts, of their MD5s, with `-<count>`. */
  readonly etag: string;
  readonly contentType: string;
  /** Of the whole object. */
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

/** A file being written: nobody reads it before it is given its place. */
export interface ObjectFileWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Durable when it resolves; still at its temporary place. */
  finish(meta: StoredMeta): Promise<void>;
  /** Safe after a rename and after a failure. */
  discard(): Promise<void>;
}

/** One file an object: `body | meta JSON | length of the JSON, uint32 big-endian | "NXO1"`, so one rename makes it whole. */
const magic = Buffer.from("NXO1");
const tailBytes = 8;
const maxMetaBytes = 16_384;

/** @param path Must not exist. */
export async function createObjectFile(
  path: string,
  files: Pick<typeof nodeFiles, "open"> = nodeFiles,
): Promise<ObjectFileWriter> {
  const file = await files.open(path, "wx", 0o600);
  let isOpen = true;
  const closeFile = async (): Promise<void> => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    write: async (bytes) => void (await file.appendFile(bytes)),
    finish: async (meta) => {
      await file.appendFile(encodeTail(meta));
      await file.sync();
      await closeFile();
    },
    discard: async () => {
      await closeFile();
      await nodeFiles.rm(path, { force: true });
    },
  };
}

/** @throws Error for a file that is not whole. */
export async function openObjectFile(path: string): Promise<StoredObject | null> {
  const file = await openIfPresent(path);
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

export async function readObjectMeta(path: string): Promise<StoredMeta | null> {
  const object = await openObjectFile(path);
  await object?.close();
  return object?.meta ?? null;
}

/** Makes a rename within a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await nodeFiles.open(path, constants.O_RDONLY);
  await handle.sync().finally(() => handle.close());
}

/** Renames into a folder that stays, durably. */
export async function moveInto(from: string, to: string): Promise<void> {
  await nodeFiles.rename(from, to);
  await syncFolder(dirname(to));
}

export const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** Empty for a folder that is not there. */
export async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await nodeFiles.readdir(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** A read stream cannot be asked for no bytes. */
const emptyBody = (file: nodeFiles.FileHandle): Readable =>
  new Readable({
    read() {
      this.push(null);
    },
    destroy: (error, done) => void file.close().then(() => done(error), done),
  });

async function openIfPresent(path: string): Promise<nodeFiles.FileHandle | null> {
  try {
    return await nodeFiles.open(path, constants.O_RDONLY);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
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
