import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error } from "./s3-error.ts";

export const checksumNames = ["sha256", "sha1", "crc32", "crc32c", "crc64nvme"] as const;
export type ChecksumName = (typeof checksumNames)[number];
/** Base64 of the big-endian value, as S3 writes it. */
export type Checksums = Partial<Record<ChecksumName, string>>;

/** `x-amz-checksum-<name>` → name. @throws S3Error for an algorithm that is not served. */
export function checksumOfHeader(header: string): ChecksumName {
  const name = checksumNames.find((candidate) => header === `x-amz-checksum-${candidate}`);
  if (name === undefined)
    throw new S3Error("InvalidRequest", `${header} is not supported; use ${checksumNames.join(", ")}.`);
  return name;
}

/** Name of an element of S3's XML: `ChecksumCRC64NVME`. */
export const checksumElement = (name: ChecksumName): string => `Checksum${name.toUpperCase()}`;

/** Running checksum. */
export interface Summer {
  update(bytes: Uint8Array): void;
  /** Base64. */
  digest(): string;
}

export function createSummer(name: ChecksumName): Summer {
  if (name === "sha256" || name === "sha1") {
    const hash = createHash(name);
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("base64") };
  }
  if (name === "crc64nvme") return createCrc64();
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

/** What an object made of parts is checked with: the checksum of its parts' checksums, and how many they are. */
export function compositeChecksum(name: ChecksumName, parts: readonly string[]): string {
  const summer = createSummer(name);
  for (const part of parts) summer.update(Buffer.from(part, "base64"));
  return `${summer.digest()}-${parts.length}`;
}

/** Castagnoli's polynomial, reflected (RFC 3720 §12.1). */
const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

export function crc32c(bytes: Uint8Array, previous = 0): number {
  let value = ~previous;
  // by index: an iterator over bytes costs five times as much
  for (let at = 0; at < bytes.length; at++)
    value = (crc32cTable[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

/** The polynomial of NVM Express (NVM Command Set, "64b CRC"), reflected, its halves apart: numbers here hold 32 bits. */
const [polynomialHigh, polynomialLow] = [0x9a6c9329, 0xac4bc9b5];
const crc64High = new Uint32Array(256);
const crc64Low = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let [high, low] = [0, byte];
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (isOdd) [high, low] = [high ^ polynomialHigh, low ^ polynomialLow];
  }
  [crc64High[byte], crc64Low[byte]] = [high, low];
}

function createCrc64(): Summer {
  let [high, low] = [-1, -1];
  return {
    update: (bytes) => {
      for (let at = 0; at < bytes.length; at++) {
        const index = (low ^ (bytes[at] ?? 0)) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (crc64Low[index] ?? 0);
        high = (high >>> 8) ^ (crc64High[index] ?? 0);
      }
    },
    digest: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes.toString("base64");
    },
  };
}
