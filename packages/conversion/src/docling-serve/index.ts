import { AppError } from "@aurora/kernel";
import { detectType } from "../detect-type.ts";
import type { LocalConverter } from "../local/index.ts";
import type { ConversionOptions, DocumentConverter } from "../port.ts";
import { createClient, type DoclingServeConnection } from "./client.ts";

export interface DoclingServeOptions extends DoclingServeConnection {
  /** Reads what the service does not take, draws the pages' pictures, and looks at what the service made, in a child. */
  readonly local: Pick<LocalConverter, "id" | "convert" | "adopt">;
}

export interface DoclingServeConverter extends DocumentConverter {
  /** Whether the service answers, as health asks. @throws AppError `converter_unavailable` {reason}. */
  check(): Promise<void>;
}

/** What docling-serve reads in every version from 1.0 on. */
const taken: readonly string[] = [
  "pdf",
  "docx",
  "pptx",
  "xlsx",
  "html",
  "md",
  "adoc",
  "csv",
  "png",
  "jpeg",
  "tiff",
  "webp",
];
/** Raised when other options are sent, or another use is made of the answer. */
const adapterVersion = 1;
/** Shares of the progress told, until the service has the file and until it has answered: it tells none of its own. */
const [sentShare, answeredShare] = [0.05, 0.5];

/**
 * docling-serve (https://github.com/docling-project/docling-serve) over HTTP, by its asynchronous tasks. What it takes
 * goes there and nowhere else: while it is away, documents fail with `converter_unavailable` and are tried again, they are
 * not silently read by another converter. What it does not take, and files with a password (it knows none), the local
 * converter reads. Its answer is never read in this process: a child without network checks it, draws the pages and holds
 * it against the words of the file's own text layer. To wire it: `config.doclingServe` (null when DOCLING_SERVE_URL is
 * unset) and the local converter.
 */
export function createDoclingServeConverter(options: DoclingServeOptions): DoclingServeConverter {
  const { local } = options;
  const client = createClient(options);

  return {
    id: `docling-serve@${adapterVersion}+${local.id}`,
    check: () => client.check(),
    async convert(file, conversion, onPageImage) {
      conversion.signal?.throwIfAborted();
      const { format } = detectType(file.bytes, file.filename);
      if (!taken.includes(format) || (conversion.password ?? null) !== null)
        return local.convert(file, conversion, onPageImage);

      const startedMs = performance.now();
      const tell = (share: number, pageCount?: number) => conversion.onProgress?.(share, pageCount);
      try {
        const { maxPages, ocr = "auto", timeoutMs } = conversion;
        const task = { format, ocr, maxPages, limitMs: timeoutMs };
        const reply = await withinTime(conversion, (signal) =>
          client.convert(file, task, signal, () => tell(sentShare)),
        );
        tell(answeredShare);
        const leftMs = timeoutMs - (performance.now() - startedMs);
        if (leftMs <= 0) throw timeoutError(conversion);
        const inside = {
          ...conversion,
          timeoutMs: leftMs,
          onProgress: (share: number, pageCount?: number) =>
            tell(answeredShare + share * (1 - answeredShare), pageCount),
        };
        const converted = await local.adopt(file, reply, inside, onPageImage);
        tell(1, converted.pages.length);
        return converted;
      } catch (error) {
        throw AppError.is(error) && error.code === "conversion_timeout" ? timeoutError(conversion) : error; // the whole limit's
      }
    },
  };
}

/** @throws The reason of the caller's signal; AppError `conversion_timeout`; what `work` throws. */
async function withinTime<Value>(
  conversion: ConversionOptions,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const limit = AbortSignal.timeout(conversion.timeoutMs);
  const signal = conversion.signal ? AbortSignal.any([conversion.signal, limit]) : limit;
  try {
    return await work(signal);
  } catch (error) {
    conversion.signal?.throwIfAborted();
    throw limit.aborted ? timeoutError(conversion) : error;
  }
}

const timeoutError = ({ timeoutMs }: ConversionOptions) =>
  new AppError("conversion_timeout", "The document took too long to convert.", { params: { timeout_ms: timeoutMs } });
