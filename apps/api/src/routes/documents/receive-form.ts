import { requirePermission } from "@aurora/auth";
import { CreateUploadRequest } from "@aurora/contracts";
import { AppError, type TenantScope } from "@aurora/kernel";
import { z } from "zod";
import type { ApiDeps } from "../../deps.ts";
import { refuseBrokenText } from "../../http/broken-text.ts";
import type { FormPart } from "../../http/define-route.ts";
import type { Session } from "../../use-cases/authenticate.ts";

const Fields = CreateUploadRequest.omit({ filename: true, size_bytes: true }).partial({ sha256: true });
/** The form of `POST /api/documents`. */
export const UploadForm = Fields.extend({ file: z.unknown().describe("The file, last.") });

const invalid = (pointer: string, code: string) =>
  new AppError("invalid_input", "The form is not valid.", { errors: [{ pointer, code }] });

/** Reads the fields, checks the caller's right, then the file: nothing of it is kept when either refuses. */
export async function receiveForm(
  deps: ApiDeps,
  scope: TenantScope,
  session: Session,
  form: (limits: { maxFileBytes: number }) => AsyncIterable<FormPart>,
): Promise<{ document_id: string; job_id: string }> {
  const fields: Record<string, string> = {};
  let accepted: { document_id: string; job_id: string } | null = null;
  for await (const part of form({ maxFileBytes: deps.uploads.maxUploadBytes })) {
    if (part.kind === "field") {
      if (accepted) throw invalid(`/${part.name}`, "after_file");
      if (part.name in fields) throw invalid(`/${part.name}`, "duplicate");
      fields[part.name] = part.value;
      continue;
    }
    if (part.name !== "file" || accepted) throw invalid(`/${part.name}`, "unknown_file");
    accepted = await receiveFile(part.filename, part.bytes);
  }
  if (!accepted) throw invalid("/file", "missing");
  return accepted;

  async function receiveFile(filename: string, bytes: AsyncIterable<Uint8Array>) {
    refuseBrokenText({ ...fields, file: filename }, "");
    const { sha256, caller_app, ...upload } = parseFields(fields);
    const name = CreateUploadRequest.shape.filename.safeParse(filename);
    if (!name.success) throw invalid("/file", "invalid_filename");
    requirePermission(scope, "ingest", await deps.findSourceApp(scope, { sourceApp: upload.source_app }));
    const callerApp = await deps.callerApps.resolve(session, caller_app);
    const file = await deps.uploads.spool(bytes);
    try {
      return await deps.uploads.store(scope, callerApp, { ...upload, filename: name.data }, file, sha256);
    } finally {
      await file.remove();
    }
  }
}

function parseFields(fields: Readonly<Record<string, string>>): z.output<typeof Fields> {
  const parsed = Fields.safeParse(fields);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ pointer: `/${key.slice(0, 100)}`, code: "unknown_field" }))
      : [{ pointer: `/${issue.path.join("/")}`, code: issue.code }],
  );
  const unknown = errors.find((fault) => fault.code === "unknown_field");
  if (!unknown) throw new AppError("invalid_input", "The form is not valid.", { errors });
  throw new AppError("unknown_field", "The form has a field that is not known.", {
    errors,
    params: { field: unknown.pointer.slice(1) },
  });
}
