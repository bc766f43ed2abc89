import { S3ServiceException } from "@aws-sdk/client-s3";
import { expect, it } from "vitest";
import { asAppError } from "./errors.ts";

const refusal = (name: string, httpStatusCode: number) =>
  new S3ServiceException({
    name,
    message: "about tenant-1/secret-key",
    $fault: "server",
    $metadata: { httpStatusCode },
  });

it.each([
  ["NoSuchKey", 404, "not_found"],
  ["PreconditionFailed", 412, "conflict"],
  ["BadDigest", 400, "checksum_mismatch"],
  ["InsufficientStorage", 507, "store_full"],
  ["AnyNameOfAnotherStore", 507, "store_full"],
  ["SlowDown", 503, "unavailable"],
  ["AccessDenied", 403, "upstream_failed"],
])("says of S3's %s (%i): %s, and repeats nothing of its message", (name, status, code) => {
  const failure = asAppError(refusal(name, status));
  expect(failure.code).toBe(code);
  expect(failure.message).not.toContain("tenant-1");
  expect(failure.internal).toEqual({ s3: name, status });
});

it("says unavailable when nobody answered", () => {
  expect(asAppError(new Error("ECONNREFUSED")).code).toBe("unavailable");
});
