import { type ChecksumName, type Checksums, checksumElement, checksumNames } from "./checksum.ts";
import type { MultipartUpload, StoredPart } from "./multipart-storage.ts";
import type { StoredMeta } from "./object-file.ts";
import { S3Error } from "./s3-error.ts";
import {
  type Content,
  checksumElements,
  declaration,
  element,
  keyText,
  malformedXml,
  namespace,
  walkXml,
} from "./xml.ts";

type Children = readonly (readonly [string, Content] | undefined)[];
const document = (name: string, children: Children): string =>
  declaration + element(name, children, ` xmlns="${namespace}"`);
const isoDate = (ms: number): string => new Date(ms).toISOString();

export const initiatedXml = ({ bucket, key, id }: MultipartUpload): string =>
  document("InitiateMultipartUploadResult", [
    ["Bucket", bucket],
    ["Key", key],
    ["UploadId", id],
  ]);

export const completedXml = (bucket: string, meta: StoredMeta): string =>
  document("CompleteMultipartUploadResult", [
    ["Bucket", bucket],
    ["Key", meta.key],
    ["ETag", `"${meta.etag}"`],
    ...checksumElements(meta.checksums),
    ["ChecksumType", "FULL_OBJECT"],
  ]);

export const copiedPartXml = (part: StoredPart): string =>
  document("CopyPartResult", [
    ["LastModified", isoDate(part.modifiedMs)],
    ["ETag", `"${part.etag}"`],
    ...checksumElements(part.checksums),
  ]);

export const partsXml = (
  { bucket, key, id, checksum }: MultipartUpload,
  page: { parts: readonly StoredPart[]; after: number; maxParts: number; isTruncated: boolean },
): string =>
  document("ListPartsResult", [
    ["Bucket", bucket],
    ["Key", key],
    ["UploadId", id],
    ["PartNumberMarker", page.after],
    page.isTruncated ? ["NextPartNumberMarker", page.parts.at(-1)?.number ?? 0] : undefined,
    ["MaxParts", page.maxParts],
    ["IsTruncated", page.isTruncated],
    checksum === null ? undefined : ["ChecksumAlgorithm", checksum.toUpperCase()],
    ...page.parts.map((part): readonly [string, Content] => [
      "Part",
      [
        ["PartNumber", part.number],
        ["LastModified", isoDate(part.modifiedMs)],
        ["ETag", `"${part.etag}"`],
        ["Size", part.sizeBytes],
        ...checksumElements(part.checksums),
      ],
    ]),
    ["StorageClass", "STANDARD"],
  ]);

export const uploadsXml = (
  bucket: string,
  page: {
    uploads: readonly MultipartUpload[];
    prefix: string;
    keyMarker: string;
    uploadIdMarker: string;
    maxUploads: number;
    isTruncated: boolean;
    isUrlEncoded: boolean;
  },
): string => {
  const text = (key: string): string => keyText(key, page.isUrlEncoded);
  const last = page.isTruncated ? page.uploads.at(-1) : undefined;
  return document("ListMultipartUploadsResult", [
    ["Bucket", bucket],
    ["KeyMarker", text(page.keyMarker)],
    ["UploadIdMarker", page.uploadIdMarker],
    last && ["NextKeyMarker", text(last.key)],
    last && ["NextUploadIdMarker", last.id],
    ["Prefix", text(page.prefix)],
    page.isUrlEncoded ? ["EncodingType", "url"] : undefined,
    ["MaxUploads", page.maxUploads],
    ["IsTruncated", page.isTruncated],
    ...page.uploads.map((upload): readonly [string, Content] => [
      "Upload",
      [
        ["Key", text(upload.key)],
        ["UploadId", upload.id],
        ["Initiated", isoDate(upload.initiatedMs)],
        ["StorageClass", "STANDARD"],
        upload.checksum === null ? undefined : ["ChecksumAlgorithm", upload.checksum.toUpperCase()],
      ],
    ]),
  ]);
};

/** One part as the client believes it to be. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: Checksums;
}

const maxParts = 10_000;
const partPath = "CompleteMultipartUpload/Part";
const checksumOfElement = new Map<string, ChecksumName>(
  checksumNames.map((name) => [`${partPath}/${checksumElement(name)}`, name]),
);

/** Body of CompleteMultipartUpload. @throws S3Error `MalformedXML`; `InvalidPartOrder`; `NotImplemented` by name. */
export function readCompleteXml(body: string): NamedPart[] {
  const parts: NamedPart[] = [];
  let number = "";
  let etag = "";
  let checksums: Checksums = {};
  walkXml(body, {
    open(path) {
      if (path === partPath) [number, etag, checksums] = ["", "", {}];
    },
    close(path, text) {
      const checksum = checksumOfElement.get(path);
      if (checksum !== undefined) checksums = { ...checksums, [checksum]: text.trim() };
      else if (path === `${partPath}/PartNumber`) number = text.trim();
      else if (path === `${partPath}/ETag`) etag = text.trim().replace(/^"(.*)"$/, "$1");
      else if (path === partPath) {
        if (!/^\d{1,5}$/.test(number) || etag === "") throw malformedXml();
        parts.push({ number: Number(number), etag, checksums });
      } else if (path.startsWith(partPath))
        throw new S3Error(
          "NotImplemented",
          `CompleteMultipartUpload does not support ${path.slice(partPath.length + 1)}.`,
        );
    },
  });
  if (parts.length === 0 || parts.length > maxParts) throw malformedXml();
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1]?.number ?? 0)))
    throw new S3Error("InvalidPartOrder", "The list of parts was not in ascending order.");
  return parts;
}
