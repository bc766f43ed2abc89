import { SaxesParser } from "saxes";
import { type Checksums, checksumElement, checksumNames } from "./checksum.ts";
import type { StoredMeta } from "./object-file.ts";
import { S3Error } from "./s3-error.ts";

export const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
export const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Nested element: text, or children in order; an absent child (`undefined`) is left out. */
export type Content = string | number | boolean | readonly (readonly [string, Content] | undefined)[];

export function element(name: string, content: Content, attributes = ""): string {
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
      ...checksumElements(meta.checksums),
    ],
    ` xmlns="${namespace}"`,
  );

export const checksumElements = (checksums: Checksums): (readonly [string, Content] | undefined)[] =>
  checksumNames.map((name) => {
    const value = checksums[name];
    return value === undefined ? undefined : [checksumElement(name), value];
  });

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

/** `encoding-type=url`: for keys that XML cannot hold. */
export const keyText = (key: string, isUrlEncoded: boolean): string =>
  isUrlEncoded ? encodeURIComponent(key).replaceAll("%2F", "/") : key;

export function listingXml(listing: Listing): string {
  const text = (key: string): string => keyText(key, listing.isUrlEncoded);
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

export const malformedXml = (): S3Error => new S3Error("MalformedXML", "The XML you provided was not well-formed.");

/**
 * Calls `open` and `close` with the path of each element (`Delete/Object/Key`) and, at its end, its own text.
 * @throws S3Error `MalformedXML`, also for a document type: no entity of a client's making is ever read.
 */
export function walkXml(
  body: string,
  visit: { open?: (path: string) => void; close: (path: string, text: string) => void },
): void {
  let text = "";
  const open: string[] = [];
  const parser = new SaxesParser();
  const refuse = () => {
    throw malformedXml();
  };
  parser.on("error", refuse);
  parser.on("doctype", refuse);
  parser.on("opentag", ({ name }) => {
    open.push(name);
    text = "";
    visit.open?.(open.join("/"));
  });
  parser.on("text", (part) => {
    text += part;
  });
  parser.on("closetag", () => {
    visit.close(open.join("/"), text);
    open.pop();
    text = "";
  });
  parser.write(body).close();
}

/** Body of DeleteObjects. @throws S3Error `MalformedXML`; `NotImplemented` for versions and conditions. */
export function readDeleteXml(body: string): { keys: string[]; isQuiet: boolean } {
  const keys: string[] = [];
  let isQuiet = false;
  walkXml(body, {
    open(path) {
      if (path.startsWith("Delete/Object/") && path !== "Delete/Object/Key")
        throw new S3Error("NotImplemented", `DeleteObjects does not support ${path.slice("Delete/Object/".length)}.`);
    },
    close(path, text) {
      if (path === "Delete/Object/Key") keys.push(text);
      if (path === "Delete/Quiet") isQuiet = text.trim() === "true";
    },
  });
  if (keys.length === 0 || keys.length > 1_000) throw malformedXml();
  return { keys, isQuiet };
}
