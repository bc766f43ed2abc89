import type { FileReply } from "../../http/define-route.ts";
import type { Original } from "../../use-cases/read-original.ts";

/** Bytes a stranger may have made: saved to disk, never run. */
export const hostileFileHeaders = { "content-security-policy": "sandbox; default-src 'none'" };

const attachment = (filename: string): string =>
  `attachment; filename="${filename.replace(/[^\x20-\x7e]|["\\]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(filename).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/** A file as it was uploaded: whatever it is, it is saved. */
export const originalReply = (file: Original): FileReply => ({
  contentType: "application/octet-stream",
  sizeBytes: file.sizeBytes,
  body: file.body,
  range: file.range,
  headers: { ...hostileFileHeaders, etag: file.etag, "content-disposition": attachment(file.filename) },
});
