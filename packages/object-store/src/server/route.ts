import type { Authenticated } from "./authenticate.ts";
import { checksumNames } from "./checksum.ts";
import type { RequestHead } from "./http-request.ts";
import * as multipart from "./multipart.ts";
import type { Operation } from "./operations.ts";
import * as operations from "./operations.ts";
import { S3Error } from "./s3-error.ts";

type Marker = { readonly parameter: string } | { readonly header: string };

interface Route {
  readonly method: string;
  readonly on: "bucket" | "object";
  /** Query parameters and headers that tell this operation from its neighbours: all of them must be there. */
  readonly markers?: readonly Marker[];
  readonly parameters?: readonly string[];
  /** `x-amz-*` headers beside those of every request and of the markers. */
  readonly headers?: readonly string[];
  readonly presigned?: boolean;
  readonly run: Operation;
}

const listParameters = [
  "prefix",
  "delimiter",
  "start-after",
  "continuation-token",
  "max-keys",
  "encoding-type",
  "fetch-owner",
];
const readOptions = {
  parameters: ["response-content-type", "response-content-disposition", "response-cache-control"],
  headers: ["x-amz-checksum-mode"],
  presigned: true,
} as const;
const checksumHeaders = checksumNames.map((name) => `x-amz-checksum-${name}`);
const bodyHeaders = [
  ...checksumHeaders,
  "x-amz-decoded-content-length",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-trailer",
];
const copyConditions = ["match", "none-match", "modified-since", "unmodified-since"].map(
  (name) => `x-amz-copy-source-if-${name}`,
);
const ofUpload = { parameter: "uploadId" };
const copies = { header: "x-amz-copy-source" };

/** First match wins: the marked ones stand before their plain neighbours. Nothing else is served. */
const routes: readonly Route[] = [
  {
    method: "GET",
    on: "object",
    markers: [ofUpload],
    parameters: ["max-parts", "part-number-marker"],
    run: multipart.listParts,
  },
  { method: "GET", on: "object", ...readOptions, run: operations.getObject },
  { method: "HEAD", on: "object", ...readOptions, run: operations.getObject },
  {
    method: "PUT",
    on: "object",
    markers: [ofUpload, copies],
    parameters: ["partNumber"],
    headers: [...copyConditions, "x-amz-copy-source-range"],
    run: multipart.copyPart,
  },
  {
    method: "PUT",
    on: "object",
    markers: [ofUpload],
    parameters: ["partNumber"],
    headers: bodyHeaders,
    run: multipart.uploadPart,
  },
  {
    method: "PUT",
    on: "object",
    markers: [copies],
    headers: [...copyConditions, "x-amz-metadata-directive"],
    run: operations.copyObject,
  },
  { method: "PUT", on: "object", headers: bodyHeaders, presigned: true, run: operations.putObject },
  {
    method: "POST",
    on: "object",
    markers: [{ parameter: "uploads" }],
    headers: ["x-amz-checksum-algorithm", "x-amz-checksum-type"],
    run: multipart.createUpload,
  },
  {
    method: "POST",
    on: "object",
    markers: [ofUpload],
    headers: [...bodyHeaders, "x-amz-checksum-type", "x-amz-mp-object-size"],
    run: multipart.completeUpload,
  },
  { method: "DELETE", on: "object", markers: [ofUpload], run: multipart.abortUpload },
  { method: "DELETE", on: "object", run: operations.deleteObject },
  {
    method: "GET",
    on: "bucket",
    markers: [{ parameter: "list-type" }],
    parameters: listParameters,
    run: operations.listObjects,
  },
  {
    method: "GET",
    on: "bucket",
    markers: [{ parameter: "uploads" }],
    parameters: ["prefix", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"],
    run: multipart.listUploads,
  },
  { method: "HEAD", on: "bucket", run: operations.headBucket },
  {
    method: "POST",
    on: "bucket",
    markers: [{ parameter: "delete" }],
    headers: bodyHeaders,
    run: operations.deleteObjects,
  },
];

/** What the SDK sends with every operation. */
const commonHeaders = ["x-amz-content-sha256", "x-amz-date", "x-amz-user-agent"];
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
export function routeOf(head: RequestHead, auth: Authenticated, key: string): Operation {
  const on = key === "" ? "bucket" : "object";
  const route = routes.find(
    ({ method, on: place, markers = [] }) =>
      method === head.method && place === on && markers.every((marker) => hasMarker(head, marker)),
  );
  if (!route) throw new S3Error("NotImplemented", "This operation is not served.");
  if (auth.by === "presigned" && route.presigned !== true)
    throw new S3Error("AccessDenied", "Presigned requests may only GET, HEAD or PUT one object.");
  const { markers = [], parameters = [], headers = [] } = route;
  for (const [name] of head.query) {
    const isKnown =
      parameters.includes(name) ||
      name === "x-id" || // the SDK's name of the operation
      markers.some((marker) => "parameter" in marker && marker.parameter === name) ||
      (auth.by === "presigned" && (authParameters.has(name) || name === "x-amz-checksum-mode"));
    if (!isKnown) throw new S3Error("NotImplemented", `The query parameter ${name} is not served.`);
  }
  for (const [name] of head.headers) {
    const isKnown =
      !name.startsWith("x-amz-") ||
      headers.includes(name) ||
      commonHeaders.includes(name) ||
      markers.some((marker) => "header" in marker && marker.header === name);
    if (!isKnown) throw new S3Error("NotImplemented", `The header ${name} is not served here.`);
  }
  return route.run;
}

function hasMarker(head: RequestHead, marker: Marker): boolean {
  const pairs = "parameter" in marker ? head.query : head.headers;
  const wanted = "parameter" in marker ? marker.parameter : marker.header;
  return pairs.some(([name]) => name === wanted);
}
