import {
  AcceptedJob,
  CreateUploadResponse,
  DocumentEvent,
  finalJobStates,
  type JobFailure,
  type JobState,
  type StepProgress,
} from "@aurora/contracts";
import { type Api, ApiFailure } from "../api/client.ts";
import { readEventStream } from "../api/event-stream.ts";

/** What is happening to one file. `ratio` is 0 to 1 over the step, null while it cannot be known. */
export type UploadStep =
  | { readonly name: "waiting" | "checking" | "finishing" }
  | { readonly name: "sending"; readonly ratio: number }
  | {
      readonly name: "processing";
      readonly state: JobState;
      readonly ratio: number;
      readonly progress: StepProgress | null;
      readonly etaSeconds: number | null;
    }
  | { readonly name: "ready" | "cancelled" }
  | { readonly name: "refused"; readonly failure: JobFailure }
  | { readonly name: "failed"; readonly error: unknown };

/** `version` above 1: the document was there before. */
export type UploadHandles = { documentId: string | null; jobId: string | null; version: number };
type ToUpload = {
  readonly file: File;
  readonly folder: string;
  readonly sourceApp: string;
  readonly batchId: string | null;
};

/** SHA-256 in hex. The Web Crypto digest takes the whole file: memory is the file's size for a moment. */
export async function sha256Hex(file: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Takes one file from the reader's disk to a searchable document: digest, upload slot, PUT straight to the object
 * store, completion, then the job's events. `handles` are filled as they become known.
 * @throws ApiFailure of the call that failed; AbortError when `signal` fires.
 */
export async function uploadFile(
  api: Api,
  { file, folder, sourceApp, batchId }: ToUpload,
  handles: UploadHandles,
  signal: AbortSignal,
  onStep: (step: UploadStep) => void,
): Promise<void> {
  onStep({ name: "checking" });
  const sha256 = await sha256Hex(file);
  signal.throwIfAborted();
  const slot = await api.call(CreateUploadResponse, "/api/documents/uploads", {
    method: "POST",
    signal,
    body: {
      filename: file.name,
      size_bytes: file.size,
      sha256,
      source_app: sourceApp,
      folder,
      batch_id: batchId,
      caller_app: "aurora_nexus_ui",
    },
  });
  handles.documentId = slot.document_id;
  handles.version = slot.version;
  onStep({ name: "sending", ratio: 0 });
  await putFile(file, slot.upload, signal, (ratio) => onStep({ name: "sending", ratio }));
  onStep({ name: "finishing" });
  const job = await api.call(AcceptedJob, `/api/documents/${slot.document_id}/complete`, {
    method: "POST",
    signal,
    body: { version: slot.version },
  });
  handles.jobId = job.job_id;
  await watchDocument(api, slot.document_id, signal, onStep);
}

/** fetch cannot tell how far a body has gone: XMLHttpRequest can. */
function putFile(
  file: File,
  upload: { url: string; headers: Record<string, string> },
  signal: AbortSignal,
  onRatio: (ratio: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", upload.url);
    for (const [name, value] of Object.entries(upload.headers))
      if (!/^(?:host|content-length)$/i.test(name)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onRatio(event.total > 0 ? event.loaded / event.total : 1);
    request.onload = () =>
      request.status >= 200 && request.status < 300
        ? resolve()
        : reject(new ApiFailure(request.status, "storage_refused", null, null));
    request.onerror = () => reject(new ApiFailure(0, "storage_unreachable", null, null));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

const reconnections = 5;
const reconnectAfterMs = 1_000;

/** Follows a document's newest job to its end over SSE, reconnecting when the stream breaks. */
export async function watchDocument(
  api: Api,
  documentId: string,
  signal: AbortSignal,
  onStep: (step: UploadStep) => void,
): Promise<void> {
  for (let failures = 0; ; ) {
    try {
      const response = await api.open(`/api/documents/${documentId}/events`, { accept: "text/event-stream", signal });
      if (!response.body) throw new ApiFailure(0, "network", null, null);
      for await (const { data } of readEventStream(response.body)) {
        const event = DocumentEvent.safeParse(JSON.parse(data));
        if (!event.success) continue;
        failures = 0;
        onStep(stepOf(event.data));
        if (finalJobStates.includes(event.data.state)) return;
      }
    } catch (error) {
      if (signal.aborted || (ApiFailure.is(error) && error.status >= 400 && error.status < 500)) throw error;
    }
    if (++failures > reconnections) throw new ApiFailure(0, "network", null, null);
    await new Promise((resolve) => setTimeout(resolve, reconnectAfterMs));
    signal.throwIfAborted();
  }
}

function stepOf(event: DocumentEvent): UploadStep {
  if (event.state === "success") return { name: "ready" };
  if (event.state === "cancelled") return { name: "cancelled" };
  if (event.state === "failed") return { name: "refused", failure: event.failure ?? { code: "internal", params: {} } };
  const { state, progress: ratio, step: progress, eta_s: etaSeconds } = event;
  return { name: "processing", state, ratio, progress, etaSeconds };
}
