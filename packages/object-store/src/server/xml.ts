import { SaxesParser } from "saxes";
import type { StoredMeta } from "./file-storage.ts";
import { S3Error } from "./s3-error.ts";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Nested element: text, or children in order; an absent child (`undefined`) is left out. */
type Content = string | number | boolean | readonly (readonly [string, Content] | undefined)[];

function element(name: string, content: Content, attributes = ""): string {
  const inner =
    typeof content === "object"
      ? content.map((child) => (child === undefined ? "" : element(child[0], child[1]))).join("")
      : escapeXml(String(content));
  return `<${name}${attributes}>${inner}</${name}>`;
}

/** Characters XML 1.0 cannot hold become U+FFFD, as S3's clients expect `encoding-type=url` for such keys. */
function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/\r/g, "&#13;")
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}

export const errorXml = (error: S3Error, resource: string, requestId: string): string =>
  declaration +
  element("Error", [
    ["Code", error.code],
    ["Message", error.message],
    ["Resource", resource],
    ["RequestId", requestId],
  ]);

export const copyXml = (meta: StoredMeta): string =>
  declaration +
  element(
    "CopyObjectResult",
    [
      ["LastModified", new Date(meta.modifiedMs).toISOString()],
      ["ETag", `"${meta.etag}"`],
      meta.checksums.sha256 === undefined ? undefined : ["ChecksumSHA256", meta.checksums.sha256],
    ],
    ` xmlns="${namespace}"`,
  );

export interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly startAfter: string;
  readonly continuationToken: string | undefined;
  readonly nextToken: string | undefined;
  readonly maxKeys: number;
  readonly isUrlEncoded: boolean;
  readonly objects: readonly StoredMeta[];
  readonly commonPrefixes: readonly string[];
}

export function listingXml(listing: Listing): string {
  const text = (key: string): string => (listing.isUrlEncoded ? encodeURIComponent(key).replaceAll("%2F", "/") : key);
  return (
    declaration +
    element(
      "ListBucketResult",
      [
        ["Name", listing.bucket],
        ["Prefix", text(listing.prefix)],
        listing.delimiter === "" ? undefined : ["Delimiter", text(listing.delimiter)],
        listing.startAfter === "" ? undefined : ["StartAfter", text(listing.startAfter)],
        listing.continuationToken === undefined ? undefined : ["ContinuationToken", listing.continuationToken],
        listing.nextToken === undefined ? undefined : ["NextContinuationToken", listing.nextToken],
        ["KeyCount", listing.objects.length + listing.commonPrefixes.length],
        ["MaxKeys", listing.maxKeys],
        listing.isUrlEncoded ? ["EncodingType", "url"] : undefined,
        ["IsTruncated", listing.nextToken !== undefined],
        ...listing.objects.map((meta): readonly [string, Content] => [
          "Contents",
          [
            ["Key", text(meta.key)],
            ["LastModified", new Date(meta.modifiedMs).toISOString()],
            ["ETag", `"${meta.etag}"`],
            ["Size", meta.sizeBytes],
            ["StorageClass", "STANDARD"],
          ],
        ]),
        ...listing.commonPrefixes.map((prefix): readonly [string, Content] => [
          "CommonPrefixes",
          [["Prefix", text(prefix)]],
        ]),
      ],
      ` xmlns="${namespace}"`,
    )
  );
}

export const deletedXml = (keys: readonly string[]): string =>
  declaration +
  element(
    "DeleteResult",
    keys.map((key): readonly [string, Content] => ["Deleted", [["Key", key]]]),
    ` xmlns="${namespace}"`,
  );

/** Body of DeleteObjects. @throws S3Error `MalformedXML`; `NotImplemented` for versions and conditions. */
export function readDeleteXml(body: string): { keys: string[]; isQuiet: boolean } {
  const keys: string[] = [];
  let isQuiet = false;
  let text = "";
  const open: string[] = [];
  const malformed = (): S3Error => new S3Error("MalformedXML", "The XML you provided was not well-formed.");
  const parser = new SaxesParser();
  parser.on("error", () => {
    throw malformed();
  });
  parser.on("doctype", () => {
    throw malformed();
  });
  parser.on("opentag", ({ name }) => {
    open.push(name);
    text = "";
    const path = open.join("/");
    if (path.startsWith("Delete/Object/") && path !== "Delete/Object/Key")
      throw new S3Error("NotImplemented", `DeleteObjects does not support ${name}.`);
  });
  parser.on("text", (part) => {
    text += part;
  });
  parser.on("closetag", () => {
    const path = open.join("/");
    if (path === "Delete/Object/Key") keys.push(text);
    if (path === "Delete/Quiet") isQuiet = text.trim() === "true";
    open.pop();
    text = "";
  });
  parser.write(body).close();
  if (keys.length === 0 || keys.length > 1_000) throw malformed();
  return { keys, isQuiet };
}
