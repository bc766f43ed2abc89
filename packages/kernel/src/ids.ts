import { createHash, randomBytes, randomUUID } from "node:crypto";

/** Identifiers as an argument: use-cases make ids, stores keep what they are given. */
export interface Ids {
  /** A lower-case uuid, sortable by time of making (version 7, RFC 9562 §5.7). */
  uuid(): string;
  /** A secret of `bytes` random bytes, base64url without padding. */
  secret(bytes: number): string;
}

export const systemIds: Ids = { uuid: uuidV7, secret: (bytes) => randomBytes(bytes).toString("base64url") };

export function sequentialIds(prefix = "00000000-0000-7000-8000"): Ids {
  let next = 0;
  return {
    uuid: () => `${prefix}-${(++next).toString(16).padStart(12, "0")}`,
    secret: (bytes) =>
      createHash("sha512")
        .update(`secret-${++next}`)
        .digest("base64url")
        .slice(0, Math.ceil((bytes * 4) / 3)),
  };
}

function uuidV7(): string {
  const random = randomUUID().replaceAll("-", "");
  const time = Date.now().toString(16).padStart(12, "0");
  const hex = `${time}7${random.slice(13)}`;
  return dashed(hex);
}

/** A uuid that depends on its parts alone (version 8, RFC 9562 §5.8): same parts, same id, in every process. */
export function derivedUuid(...parts: readonly (string | number)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${String(part).length}:${part};`); // lengths keep ("a","bc") and ("ab","c") apart
  const hex = hash.digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return dashed(`${hex.slice(0, 12)}8${hex.slice(13, 16)}${variant}${hex.slice(17, 32)}`);
}

const dashed = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
