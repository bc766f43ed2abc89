import { AppError } from "@aurora/kernel";
import type { MultipartFile } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import type { FormPart } from "./define-route.ts";

type BusboyFileStream = MultipartFile["file"];
const formOverheadBytes = 64 * 1024;
const tooLarge = (maxFileBytes: number) =>
  new AppError("payload_too_large", "The file is larger than allowed.", { params: { max_bytes: maxFileBytes } });

/** A form that is cut short or has no right shape: what the parser says of it is not ours to pass on. */
function asFormFault(error: unknown): unknown {
  const isKnown =
    AppError.is(error) || (error instanceof Error && "code" in error && String(error.code).startsWith("FST_"));
  if (isKnown) return error;
  return new AppError("invalid_input", "The form is broken off or malformed.", {
    cause: error,
    errors: [{ pointer: "", code: "invalid_form" }],
  });
}

/**
 * The parts of a form, streamed: at most one file and twenty short fields.
 * @throws AppError `payload_too_large` from `bytes`, or at once when the announced length already says so;
 *   `invalid_input` for a form that breaks off.
 */
export async function* readForm(request: FastifyRequest, maxFileBytes: number): AsyncIterable<FormPart> {
  if (Number(request.headers["content-length"] ?? 0) > maxFileBytes + formOverheadBytes) throw tooLarge(maxFileBytes);
  const limits = { fileSize: maxFileBytes, files: 1, fields: 20, fieldSize: 4_096, parts: 21 };
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === "field") {
        if (part.valueTruncated) throw tooLarge(limits.fieldSize);
        yield { kind: "field", name: part.fieldname, value: String(part.value) };
      } else
        yield {
          kind: "file",
          name: part.fieldname,
          filename: part.filename,
          bytes: fileBytes(part.file, maxFileBytes),
        };
    }
  } catch (error) {
    throw asFormFault(error);
  }
}

async function* fileBytes(file: BusboyFileStream, maxFileBytes: number): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of file) yield chunk as Uint8Array;
  } catch (error) {
    throw asFormFault(error);
  }
  if (file.truncated) throw tooLarge(maxFileBytes);
}
