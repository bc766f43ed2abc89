import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error } from "./s3-error.ts";

export const checksumNames = ["sha256", "crc32", "crc32c"] as const;
export type ChecksumName = (typeof checksumNames)[number];
/** Base64 of the big-endian value, as S3 writes it. */
export type Checksums = Partial<Record<ChecksumName, string>>;

/** `x-amz-checksum-<name>` → name. @throws S3Error for an algorithm that is not served. */
export function checksumOfHeader(header: string): ChecksumName {
  const name = checksumNames.find((candidate) => header === `x-amz-checksum-${candidate}`);
  if (name === undefined)
    throw new S3Error("InvalidRequest", `${header} is not supported; use sha256, crc32 or crc32c.`);
  return name;
}

/** Running checksum. */
export interface Summer {
  update(bytes: Uint8Array): void;
  /** Base64. */
  digest(): string;
}

export function createSummer(name: ChecksumName): Summer {
  if (name === "sha256") {
    const hash = createHash("sha256");
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("base64") };
  }
  const next = name === "crc32" ? crc32 : crc32c;
  let value = 0;
  return {
    update: (bytes) => {
      value = next(bytes, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes.toString("base64");
    },
  };
}

/** Castagnoli's polynomial, reflected (RFC 3720 §12.1). */
const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

export function crc32c(bytes: Uint8Array, previous = 0): number {
  let value = ~previous >>> 0;
  for (const byte of bytes) value = (crc32cTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}
