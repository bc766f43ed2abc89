import { AppError } from "@aurora/kernel";
import type { FastifyRequest } from "fastify";
import type { FormPart } from "./define-route.ts";

const formOverheadBytes = 64 * 1024;
const tooLarge = (maxFileBytes: number) =>
  new AppError("payload_too_large", "The file is larger than allowed.", { params: { max_bytes: maxFileBytes } });

/**
 * The parts of a form, streamed: at most one file and twenty short fields.
 * @throws AppError `payload_too_large` from `bytes`, or at once when the announced length already says so.
 */
export async function* readForm(request: FastifyRequest, maxFileBytes: number): AsyncIterable<FormPart> {
  if (Number(request.headers["content-length"] ?? 0) > maxFileBytes + formOverheadBytes) throw tooLarge(maxFileBytes);
  const limits = { fileSize: maxFileBytes, files: 1, fields: 20, fieldSize: 4_096, parts: 21 };
  for await (const part of request.parts({ limits })) {
    if (part.type === "field") {
      if (part.valueTruncated) throw tooLarge(limits.fieldSize);
      yield { kind: "field", name: part.fieldname, value: String(part.value) };
      continue;
    }
    const { file, fieldname, filename } = part;
    async function* bytes() {
      for await (const chunk of file) yield chunk as Uint8Array;
      if (file.truncated) throw tooLarge(maxFileBytes);
    }
    yield { kind: "file", name: fieldname, filename, bytes: bytes() };
  }
}
