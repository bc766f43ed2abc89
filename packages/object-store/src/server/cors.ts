import type { RequestHead } from "./http-request.ts";
import { S3Error } from "./s3-error.ts";

/** The header names a presigned request of ours may carry. */
const allowedHeaders = ["content-type", "if-none-match", "range", "x-amz-checksum-sha256"] as const;
const allowedMethods = ["GET", "HEAD", "PUT"] as const;

/** Headers of any answer to a page of a listed origin; none for any other origin, whose page then cannot read it. */
export function corsHeaders(head: RequestHead, origins: ReadonlySet<string>): Record<string, string> {
  const origin = head.header("origin");
  if (origin === undefined || !origins.has(origin)) return { vary: "Origin" };
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "ETag, Content-Length, Content-Range, x-amz-checksum-sha256, x-amz-request-id",
    vary: "Origin",
  };
}

/** Headers of the answer to a preflight. @throws S3Error `AccessForbidden` when origin, method or a header is not allowed. */
export function preflightHeaders(head: RequestHead, origins: ReadonlySet<string>): Record<string, string> {
  const method = head.header("access-control-request-method") ?? "";
  const asked = (head.header("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const isAllowed =
    origins.has(head.header("origin") ?? "") &&
    allowedMethods.some((allowed) => allowed === method) &&
    asked.every((name) => allowedHeaders.some((allowed) => allowed === name));
  if (!isAllowed) throw new S3Error("AccessForbidden", "CORSResponse: This CORS request is not allowed.");
  return {
    ...corsHeaders(head, origins),
    "access-control-allow-methods": allowedMethods.join(", "),
    "access-control-allow-headers": allowedHeaders.join(", "),
    "access-control-max-age": "600",
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}
