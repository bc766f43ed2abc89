import { AppError } from "@aurora/kernel";

/** Why the service gave no document; `params.reason` of `converter_unavailable`. */
export type ServiceFault =
  | "outside"
  | "unreachable"
  | "unauthorized"
  | "refused"
  | "task_lost"
  | "failed"
  | "malformed"
  | "too_large";

export const unavailable = (reason: ServiceFault, more: { cause?: unknown; internal?: object } = {}): AppError =>
  new AppError("converter_unavailable", "The conversion service gave no document.", { params: { reason }, ...more });

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws AppError `converter_unavailable` {reason: "malformed"}. */
export function parsed(reply: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(reply));
  } catch (error) {
    throw unavailable("malformed", { cause: error });
  }
}

/** What Docling says of a file it could not read, in our words; what is not the file's fault is the service's. */
const meanings: readonly (readonly [RegExp, () => AppError])[] = [
  [/password|encrypt/i, () => new AppError("document_encrypted", "The document is protected by a password.")],
  [
    /time ?(?:d )?out|timeout/i,
    () => new AppError("conversion_timeout", "The document took too long to convert.", { params: {} }),
  ],
  [
    /max_num_pages|too many pages|number of pages|max_file_size|exceed/i,
    () => new AppError("document_too_complex", "The document passes a limit of the conversion service."),
  ],
  [
    /format not allowed|unsupported|not supported/i,
    () => new AppError("document_type_unsupported", "This kind of file cannot be read."),
  ],
  [
    /is not valid|corrupt|could ?n.t be (?:opened|loaded|parsed)|failed to (?:load|open|parse)|data format error|damaged/i,
    () => new AppError("document_corrupt", "The file is damaged or incomplete."),
  ],
];

export function failureOf(messages: readonly string[]): AppError {
  const text = messages.join("\n");
  return meanings.find(([pattern]) => pattern.test(text))?.[1]() ?? unavailable("failed", { internal: { messages } });
}
