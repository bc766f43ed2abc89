import { AppError, type TenantScope } from "@aurora/kernel";
import type { BucketName, ObjectKey } from "./port.ts";

const segment = /^[A-Za-z0-9._-]{1,255}$/;
export const maxKeyLength = 512;

/**
 * The full key of an object: `<tenant id>/<key>`. No other code builds one.
 * @throws AppError `invalid_input` for a key outside the port's alphabet, an empty segment, `.` or `..`.
 */
export function fullKey(scope: TenantScope, key: ObjectKey): string {
  const segments = key.split("/");
  if (key.length > maxKeyLength || segments.some((part) => !segment.test(part) || part === "." || part === ".."))
    throw new AppError("invalid_input", "The object key is not valid.", { internal: { key } });
  return `${scope.tenantId}/${key}`;
}

/** As `fullKey`, for a prefix: a whole key, one ending with `/`, or empty for all of the tenant. */
export function fullPrefix(scope: TenantScope, prefix: string): string {
  if (prefix === "") return `${scope.tenantId}/`;
  return prefix.endsWith("/") ? `${fullKey(scope, prefix.slice(0, -1))}/` : fullKey(scope, prefix);
}

/** @throws Error when a stored key is not the tenant's: the store answered with something it was not asked for. */
export function relativeKey(scope: TenantScope, key: string): ObjectKey {
  if (!key.startsWith(`${scope.tenantId}/`))
    throw new Error("object store: a listed key is outside the tenant's prefix");
  return key.slice(scope.tenantId.length + 1);
}

/** `attachment` with an ASCII name for old clients and the real one (RFC 6266, RFC 5987). */
export function attachmentDisposition(filename: string): string {
  const name =
    filename
      .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "")
      .replaceAll(/[/\\]/g, "_")
      .slice(0, 255) || "document";
  const ascii = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]|["%;]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

const sha256Pattern = /^[0-9a-f]{64}$/;
export const limits = { maxUploadUrlSeconds: 900, maxDownloadUrlSeconds: 60 } as const;

/** @throws AppError `invalid_input` for what no presigned request may ask. */
export function checkPresign(
  request:
    | { method: "PUT"; sizeBytes: number; sha256: string; expiresInSeconds: number }
    | { method: "GET"; expiresInSeconds: number },
  maxPutBytes: number,
): void {
  const maxSeconds = request.method === "PUT" ? limits.maxUploadUrlSeconds : limits.maxDownloadUrlSeconds;
  if (
    !Number.isInteger(request.expiresInSeconds) ||
    request.expiresInSeconds < 1 ||
    request.expiresInSeconds > maxSeconds
  )
    throw new AppError("invalid_input", `A ${request.method} URL may live 1 to ${maxSeconds} seconds.`);
  if (request.method === "GET") return;
  if (!Number.isInteger(request.sizeBytes) || request.sizeBytes < 0)
    throw new AppError("invalid_input", "The size of the upload is not valid.");
  if (request.sizeBytes > maxPutBytes)
    throw new AppError("payload_too_large", "The upload is too large.", { params: { max_bytes: maxPutBytes } });
  if (!sha256Pattern.test(request.sha256))
    throw new AppError("invalid_input", "sha256 must be 64 lower-case hex digits.");
}

/** @throws AppError `invalid_input` for what is no range. */
export function rangeHeader({ start, end }: { readonly start: number; readonly end: number }): string {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
    throw new AppError("invalid_input", "The range of bytes is not valid.");
  return `bytes=${start}-${end}`;
}

/** A whole key or a whole folder: `deletePrefix("a")` must not take `ab` along. */
export const isUnderPrefix = (prefix: string, key: string): boolean =>
  prefix === "" || prefix.endsWith("/") || key === prefix;

export type BucketNames = Readonly<Record<BucketName, string>>;
