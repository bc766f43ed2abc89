import { type IngestUrlRequest, lineOf } from "@aurora/contracts";
import { AppError, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { z } from "zod";
import type { Accepted, createUploadDocument } from "./upload-document.ts";

export interface IngestUrlDeps {
  /** The guarded client; null while ENABLE_INGEST_URL is off. */
  readonly outbound: {
    fetchFile(
      url: string,
      options: { readonly signal: AbortSignal },
    ): Promise<{ readonly filename: string; readonly body: AsyncIterable<Uint8Array> }>;
  } | null;
  readonly uploads: Pick<ReturnType<typeof createUploadDocument>, "spool" | "store">;
}

const maxFilenameChars = 255;

/** The same address is the same document; itself it is not kept, as it may hold a secret. */
const externalIdOf = (url: string): string => `url:${sha256Hex(url)}`;

export function createIngestUrl({ outbound, uploads }: IngestUrlDeps) {
  /**
   * Fetches a file and takes it in like one that was uploaded. The caller's right on the source_app was checked before.
   * @throws AppError `feature_disabled`, `url_refused`, `url_failed`, `payload_too_large`, and as an upload does.
   */
  return async (
    scope: TenantScope,
    callerApp: string,
    { url, ...input }: z.output<typeof IngestUrlRequest>,
    signal: AbortSignal,
  ): Promise<Accepted> => {
    if (!outbound)
      throw new AppError("feature_disabled", "Ingestion by URL is switched off.", {
        params: { feature: "ingest_url" },
      });
    const fetched = await outbound.fetchFile(url, { signal });
    const file = await uploads.spool(fetched.body);
    try {
      const filename = lineOf(fetched.filename).slice(0, maxFilenameChars) || "document";
      const external_id = input.external_id ?? externalIdOf(new URL(url).href);
      return await uploads.store(scope, callerApp, { ...input, external_id, filename }, file, undefined);
    } finally {
      await file.remove();
    }
  };
}
