import { join } from "node:path";
import { productRoot } from "@aurora/config";
import type { ConservationReport } from "@aurora/contracts";
import { createIngestionRows } from "@aurora/db";
import { derivedUuid, jobScope, sha256Hex, type TenantScope } from "@aurora/kernel";
import { loadStaticModel } from "@aurora/llm/static";
import { artifactKey, indexVersion, passageText, sparsePassage } from "@aurora/rag";
import { bearer, type Reply, send } from "./client.ts";
import type { TestApi } from "./start-test-api.ts";

export interface FormFile {
  readonly filename: string;
  readonly bytes: Buffer | string;
}

/** `multipart/form-data` as curl writes it: fields first, then the file. */
export function formBody(fields: Readonly<Record<string, string>>, file: FormFile | null) {
  const boundary = "----nexus-test-boundary";
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = file
    ? `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.filename}"\r\ncontent-type: application/octet-stream\r\n\r\n`
    : "";
  const payload = Buffer.concat([
    Buffer.from(parts.join("") + head),
    Buffer.from(file?.bytes ?? ""),
    Buffer.from(`${file ? "\r\n" : ""}--${boundary}--\r\n`),
  ]);
  return { payload, headers: { "content-type": `multipart/form-data; boundary=${boundary}` } };
}

export function upload(
  api: TestApi,
  credential: string,
  fields: Readonly<Record<string, string>>,
  file: FormFile | null,
): Promise<Reply> {
  const { headers, payload } = formBody(fields, file);
  return send(api, { method: "POST", url: "/api/documents", headers: { ...headers, ...bearer(credential) }, payload });
}

const model = loadStaticModel({ folder: join(productRoot(import.meta.dirname), "models/static-fr-en-192") });

/** All of it was kept but three words of the page's foot. */
export const conservation: ConservationReport = {
  coverage: 1,
  quality: 0.98,
  words: 40,
  missing: 0,
  pages: [{ page: 1, words: 40, dropped: { furniture: 3 }, missing: 0, coverage: 1, quality: 0.98, parser: "md" }],
  losses: [{ page: 1, reason: "furniture", words: 3, sample: "page 1 sur" }],
};

/** What the ingestion worker leaves of an uploaded document: one chunk a paragraph, on page 1. */
export async function publish(
  api: TestApi,
  tenantId: string,
  accepted: { document_id: string; job_id: string },
  document: { readonly title: string; readonly sourceApp: string; readonly paragraphs: readonly string[] },
): Promise<string[]> {
  const scope: TenantScope = jobScope(tenantId, "test publication");
  const rows = createIngestionRows(api.database.database);
  const { embedder } = await model;
  const { document_id: documentId, job_id: jobId } = accepted;
  const job = await rows.find(scope, jobId);
  if (!job) throw new Error("there is no such job");
  const { version } = job;
  const box = { page: 1, l: 72, t: 72, r: 500, b: 90 };
  const offsets = document.paragraphs.map(
    (_, ordinal) => document.paragraphs.slice(0, ordinal).join("\n\n").length + (ordinal > 0 ? 2 : 0),
  );
  const chunks = document.paragraphs.map((text, ordinal) => ({
    id: derivedUuid(documentId, version, ordinal),
    ordinal,
    text,
    contentHash: sha256Hex(text),
    headingPath: ["Conditions"],
    pageStart: 1,
    pageEnd: 1,
    bboxes: [box],
    spans: [{ start: 0, end: text.length, box }],
    isTable: false,
    language: "fr",
    passageHash: sha256Hex(passageText({ title: document.title, headingPath: ["Conditions"], text })),
    charSpans: [{ start: offsets[ordinal] ?? 0, end: (offsets[ordinal] ?? 0) + text.length }],
  }));
  await rows.saveChunks(scope, documentId, version, chunks);
  const counts = new Map<number, number>();
  const points = [];
  for (const chunk of chunks) {
    const passage = { title: document.title, headingPath: chunk.headingPath, text: chunk.text, language: "fr" };
    const sparse = sparsePassage(passage);
    for (const id of sparse.ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    const [dense = null] = await embedder.embed([passageText(passage)], "passage");
    const payload = {
      document_id: documentId,
      version,
      source_app: document.sourceApp,
      workspace: null,
      pack_id: null,
      language: "fr",
      is_table: false,
    };
    points.push({ id: chunk.id, dense, sparse, payload });
  }
  await api.ports.vectors.upsert(scope, "aurora_documents", points);
  const artifacts = [
    { kind: "json", page: 0, name: "document.json", body: JSON.stringify({ name: document.title }) },
    { kind: "markdown", page: 0, name: "document.md", body: document.paragraphs.join("\n\n") },
    { kind: "text", page: 0, name: "document.txt", body: document.paragraphs.join("\n\n") },
    { kind: "page_image", page: 1, name: "pages/1.png", body: "\x89PNG fake" },
    { kind: "picture", page: 1, name: `pictures/${publishedPicture.name}`, body: publishedPicture.body },
  ] as const;
  const stored = [];
  for (const { body, kind, name, page } of artifacts) {
    const objectKey = artifactKey(documentId, version, name);
    const bytes = Buffer.from(body);
    await api.ports.objects.put(scope, "artifacts", objectKey, bytes, { contentType: "application/octet-stream" });
    stored.push({ kind, page, objectKey, sizeBytes: bytes.length, sha256: sha256Hex(bytes) });
  }
  const conversion = {
    format: "md",
    mediaType: "text/markdown",
    language: "fr",
    pageCount: 1,
    conservation,
    warnings: [],
  };
  await rows.saveConversion(scope, documentId, version, conversion, stored);
  const outcome = await rows.publish(
    scope,
    {
      jobId,
      documentId,
      version,
      title: document.title,
      settings: job.settings,
      embedderIds: [embedder.id],
      pages: [{ page: 1, width: 595, height: 842 }],
      indexVersion: indexVersion(embedder.id),
      chunkCount: chunks.length,
      termCounts: counts,
    },
    new Date(api.clock.nowMs()),
  );
  if (outcome !== "published") throw new Error(`publication ended ${outcome}`);
  return chunks.map((chunk) => chunk.id);
}

const pictureBody = "\x89PNG fingerprint of a picture";
/** The one picture of every document published here, as its JSON would name it. */
export const publishedPicture = { body: pictureBody, name: `${sha256Hex(Buffer.from(pictureBody))}.png` } as const;
export const picturePath = (documentId: string): string =>
  `/api/documents/${documentId}/pictures/${publishedPicture.name}`;

export const contract = {
  title: "Conditions de vente Halbran",
  sourceApp: "default",
  paragraphs: [
    "Le solde de la commande est versé trente jours après la livraison des marchandises.",
    "La garantie des vélos cargo Halbran couvre le cadre pendant dix ans et la batterie pendant trois ans.",
  ],
} as const;

/** A searchable document of the first tenant. */
export async function publishContract(
  api: TestApi,
  filename = "conditions.md",
): Promise<{ documentId: string; jobId: string; chunkIds: string[]; tenantId: string }> {
  const me = await send(api, { url: "/api/auth/me", headers: bearer(api.adminKey) });
  const tenantId: string = me.body.tenant_id;
  const reply = await upload(
    api,
    api.adminKey,
    { source_app: contract.sourceApp },
    { filename, bytes: contract.paragraphs.join("\n\n") },
  );
  if (reply.status !== 202) throw new Error(reply.text);
  const chunkIds = await publish(api, tenantId, reply.body, contract);
  return { documentId: reply.body.document_id, jobId: reply.body.job_id, chunkIds, tenantId };
}
