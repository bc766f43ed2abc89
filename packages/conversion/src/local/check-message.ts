import { ConservationReport, ErrorParams, errorStatus, JobFailure } from "@aurora/contracts";
import { sha256Hex } from "@aurora/kernel";
import { nestingLimits } from "../convert.ts";
import { doclingSchemaVersion } from "../docling-document.ts";
import type { ConvertedDocument, Picture } from "../port.ts";
import { readers } from "../readers/index.ts";
import type { ChildMessage } from "./protocol.ts";

const limits = {
  imageBytes: 128 * 1_048_576,
  /** Of all images and pictures of one document. */
  allImageBytes: 2 * 1024 * 1_048_576,
  images: 20_000,
  warnings: 1_000,
  textChars: 2_000,
} as const;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most;
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";
const pictureKinds: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
};
const pngSignature = Buffer.from("89504e470d0a1a0a", "hex");

/**
 * What a conversion process sends, looked at before it is believed: it has read a hostile file and may be that file's
 * by now. Counts and sizes are bounded over the whole conversion, names and codes are of the known lists.
 * @throws Error for a message no conversion sends.
 */
export function createMessageCheck(maxPages: number): (message: unknown) => ChildMessage {
  const pages = new Set<number>();
  const pictures = new Set<string>();
  let imageBytes = 0;

  const addImage = (bytes: unknown): bytes is Uint8Array => {
    if (!(bytes instanceof Uint8Array) || bytes.length === 0 || bytes.length > limits.imageBytes) return false;
    imageBytes += bytes.length;
    return imageBytes <= limits.allImageBytes;
  };
  const isPageImage = (page: unknown, png: unknown): boolean => {
    if (!isCount(page, maxPages * nestingLimits.files) || pages.has(page)) return false;
    pages.add(page);
    return pages.size <= limits.images && addImage(png) && pngSignature.equals(png.subarray(0, pngSignature.length));
  };
  const isPicture = (picture: unknown): picture is Picture => {
    if (!isFields(picture)) return false;
    const { bytes, mediaType, name, sha256 } = picture;
    const kind = pictureKinds[String(mediaType)];
    if (kind === undefined || name !== `pictures/${sha256}.${kind}` || pictures.has(name)) return false;
    pictures.add(name);
    return pictures.size <= limits.images && addImage(bytes) && sha256 === sha256Hex(bytes);
  };

  return (message) => {
    if (!isFields(message)) throw new Error("not a message");
    const sound = (isSound: boolean): ChildMessage => {
      if (!isSound) throw new Error(`a message that no conversion sends: ${String(message.kind).slice(0, 40)}`);
      return message as unknown as ChildMessage;
    };
    switch (message.kind) {
      case "ready":
        return sound(true);
      case "progress": {
        const { fraction, pageCount } = message;
        const isFraction = typeof fraction === "number" && fraction >= 0 && fraction <= 1.01;
        return sound(isFraction && (pageCount === undefined || isCount(pageCount, maxPages * nestingLimits.files)));
      }
      case "page_image":
        return sound(isPageImage(message.page, message.png));
      case "picture":
        return sound(isPicture(message.picture));
      case "done":
        return sound(isConverted(message.result));
      case "failed":
        return sound(
          isFailureCode(message.code) &&
            typeof message.message === "string" &&
            message.message.length <= limits.textChars &&
            areParams(message.params),
        );
      case "crashed":
        return sound(typeof message.error === "string");
      default:
        return sound(false);
    }
  };
}

/** Of the document's own faults: a process that reads files knows of no others. */
const isFailureCode = (code: unknown): boolean =>
  typeof code === "string" && code in errorStatus && /^(?:document|conversion)_/.test(code);

const areParams = (params: unknown): boolean => {
  const parsed = ErrorParams.safeParse(params);
  return parsed.success && JSON.stringify(parsed.data).length <= limits.textChars;
};

function isConverted(result: unknown): result is ConvertedDocument {
  if (!isFields(result)) return false;
  const { conservation, document, format, language, markdown, mediaType, pages, title, warnings } = result;
  const isDocument =
    isFields(document) &&
    document.schema_name === "DoclingDocument" &&
    document.version === doclingSchemaVersion &&
    [document.texts, document.groups, document.tables, document.pictures].every(Array.isArray);
  const isPage = (page: unknown): boolean =>
    isFields(page) &&
    Number.isInteger(page.page) &&
    [page.width, page.height].every((side) => typeof side === "number" && Number.isFinite(side));
  return (
    isDocument &&
    typeof markdown === "string" &&
    typeof mediaType === "string" &&
    readers.has(String(format)) &&
    isTextOrNull(title) &&
    isTextOrNull(language) &&
    Array.isArray(pages) &&
    pages.every(isPage) &&
    ConservationReport.safeParse(conservation).success &&
    Array.isArray(warnings) &&
    warnings.length <= limits.warnings &&
    warnings.every((warning) => JobFailure.safeParse(warning).success && areParams(warning.params))
  );
}
