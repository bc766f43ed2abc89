import type { Authenticated } from "./authenticate.ts";
import type { RequestHead } from "./http-request.ts";
import * as operations from "./operations.ts";
import { S3Error } from "./s3-error.ts";

interface Route {
  readonly method: string;
  readonly on: "bucket" | "object";
  /** Query parameter or header that tells this operation from its neighbours. */
  readonly marker?: { readonly parameter: string } | { readonly header: string };
  readonly parameters: readonly string[];
  readonly presigned: boolean;
  readonly run: (typeof operations)["putObject"];
}

const responseOverrides = ["response-content-type", "response-content-disposition", "response-cache-control"];
const listParameters = [
  "prefix",
  "delimiter",
  "start-after",
  "continuation-token",
  "max-keys",
  "encoding-type",
  "fetch-owner",
];

/** First match wins: the marked ones stand before their plain neighbours. Nothing else is served. */
const routes: readonly Route[] = [
  { method: "GET", on: "object", parameters: responseOverrides, presigned: true, run: operations.getObject },
  { method: "HEAD", on: "object", parameters: responseOverrides, presigned: true, run: operations.getObject },
  {
    method: "PUT",
    on: "object",
    marker: { header: "x-amz-copy-source" },
    parameters: [],
    presigned: false,
    run: operations.copyObject,
  },
  { method: "PUT", on: "object", parameters: [], presigned: true, run: operations.putObject },
  { method: "DELETE", on: "object", parameters: [], presigned: false, run: operations.deleteObject },
  {
    method: "GET",
    on: "bucket",
    marker: { parameter: "list-type" },
    parameters: listParameters,
    presigned: false,
    run: operations.listObjects,
  },
  { method: "HEAD", on: "bucket", parameters: [], presigned: false, run: operations.headBucket },
  {
    method: "POST",
    on: "bucket",
    marker: { parameter: "delete" },
    parameters: [],
    presigned: false,
    run: operations.deleteObjects,
  },
];

/** What the SDK sends with the operations above. */
const servedHeaders = new Set([
  "x-amz-checksum-crc32",
  "x-amz-checksum-crc32c",
  "x-amz-checksum-mode",
  "x-amz-checksum-sha256",
  "x-amz-content-sha256",
  "x-amz-copy-source",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-metadata-directive",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-trailer",
  "x-amz-user-agent",
]);
const authParameters = new Set([
  "X-Amz-Algorithm",
  "X-Amz-Content-Sha256",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-Signature",
  "X-Amz-SignedHeaders",
]);

/**
 * The operation a signed request asks for. What we do not serve is refused by name, never ignored: a client that
 * asks for encryption or an ACL must not believe that it got one.
 */
export function routeOf(head: RequestHead, auth: Authenticated, key: string): Route["run"] {
  const on = key === "" ? "bucket" : "object";
  const route = routes.find(
    (candidate) => candidate.method === head.method && candidate.on === on && hasMarker(head, candidate.marker),
  );
  if (!route) throw new S3Error("NotImplemented", "This operation is not served.");
  if (auth.by === "presigned" && !route.presigned)
    throw new S3Error("AccessDenied", "Presigned requests may only GET, HEAD or PUT one object.");
  for (const [name] of head.query) {
    const isKnown =
      route.parameters.includes(name) ||
      name === "x-id" || // the SDK's name of the operation
      (route.marker && "parameter" in route.marker && name === route.marker.parameter) ||
      (auth.by === "presigned" && (authParameters.has(name) || name === "x-amz-checksum-mode"));
    if (!isKnown) throw new S3Error("NotImplemented", `The query parameter ${name} is not served.`);
  }
  for (const [name] of head.headers)
    if (name.startsWith("x-amz-") && !servedHeaders.has(name))
      throw new S3Error("NotImplemented", `The header ${name} is not served.`);
  return route.run;
}

function hasMarker(head: RequestHead, marker: Route["marker"]): boolean {
  if (!marker) return true;
  const pairs = "parameter" in marker ? head.query : head.headers;
  const wanted = "parameter" in marker ? marker.parameter : marker.header;
  return pairs.some(([name]) => name === wanted);
}
