import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "@aurora/kernel";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  type FakeDoclingServe,
  type ServiceBehaviour,
  startFakeDoclingServe,
} from "../contract/docling-serve-server.ts";
import { compileSchema, hasFixtures } from "../contract/fixtures.ts";
import { contractOptions, documentConverterContract } from "../contract/index.ts";
import { textPdf } from "../contract/pdf-samples.ts";
import { convertFile } from "../convert.ts";
import { createLocalConverter, type LocalConverter } from "../local/index.ts";
import type { ConversionOptions, PageImage, SourceFile } from "../port.ts";
import { createDoclingServeConverter } from "./index.ts";

const local = createLocalConverter({
  childEntry: fileURLToPath(new URL("../local/child.ts", import.meta.url)),
  execArgv: ["--import", "tsx"],
});
afterAll(() => local.close());

const services: FakeDoclingServe[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});
async function serviceOf(behaviour: ServiceBehaviour = {}): Promise<FakeDoclingServe> {
  const service = await startFakeDoclingServe(behaviour);
  services.push(service);
  return service;
}
/** The child's work without the child, which takes seconds to start from source: the suite of the port has the real one. */
const here: Pick<LocalConverter, "id" | "convert" | "adopt"> = {
  id: "here",
  convert: convertFile,
  adopt: (file, serviceReply, options, onPageImage) =>
    convertFile(file, { ...options, ocr: "off", serviceReply }, onPageImage),
};
const connection = { apiKey: null, requestTimeoutMs: 5_000, maxReplyBytes: 10_000_000, local: here };
async function convertBy(
  behaviour: ServiceBehaviour,
  file: SourceFile = report,
  options: Partial<ConversionOptions> = {},
  more: Partial<Parameters<typeof createDoclingServeConverter>[0]> = {},
) {
  const service = await serviceOf(behaviour);
  const images: PageImage[] = [];
  const converter = createDoclingServeConverter({ ...connection, baseUrl: `${service.url}/`, ...more });
  const keep = async (image: PageImage) => void images.push(image);
  const converted = await converter.convert(file, { ...contractOptions, ...options }, keep);
  return { converted, images, service };
}
const report: SourceFile = {
  filename: "report.pdf",
  bytes: textPdf(["First page of the report", "Second page of the report"]),
};
const outcomeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
    return "converted";
  } catch (error) {
    return AppError.is(error) ? [error.code, error.params.reason ?? null] : error;
  }
};

describe("docling-serve", () => {
  let baseUrl = "";
  let shared: FakeDoclingServe;
  beforeAll(async () => {
    shared = await startFakeDoclingServe();
    baseUrl = shared.url;
  });
  afterAll(() => shared.close());
  documentConverterContract(() => ({
    id: "docling-serve",
    convert: (...call) => createDoclingServeConverter({ ...connection, baseUrl, local }).convert(...call),
  }));
});

describe("what is sent", () => {
  it("is the file, under its name, with the options and the key, as one task", async () => {
    const { service } = await convertBy(
      { apiKey: "s3cret" },
      { ...report, filename: "Été 2026.pdf" },
      { maxPages: 7 },
      { apiKey: "s3cret" },
    );
    const [task] = service.received;
    expect(task?.filename).toBe("Été 2026.pdf");
    expect(Buffer.from(task?.bytes ?? []).equals(Buffer.from(report.bytes))).toBe(true);
    expect(task?.fields).toEqual({
      to_formats: ["json"],
      image_export_mode: ["placeholder"],
      include_images: ["false"],
      do_ocr: ["true"],
      table_mode: ["accurate"],
      abort_on_error: ["false"],
      document_timeout: ["25"],
      page_range: ["1", "8"],
    });
    expect(service.paths.map((path) => path.replace(/[\w-]{36}/, "ID"))).toEqual([
      "POST /v1/convert/file/async",
      "GET /v1/status/poll/ID?wait=5",
      "GET /v1/result/ID",
    ]);
  });

  it("is nothing of what the service does not take, nor of a file with a password", async () => {
    const text = { filename: "note.txt", bytes: new TextEncoder().encode("Plain words.") };
    const { converted, service } = await convertBy({}, text);
    expect(converted.format).toBe("txt");
    expect(service.paths).toEqual([]);
    expect((await convertBy({}, report, { password: "secret" })).service.paths).toEqual([]);
  });

  it("is waited for as long as the task takes, whether the service holds the question or not", async () => {
    const { service } = await convertBy({ workMs: 1_200, poll: (count) => (count === 1 ? started : null) });
    expect(service.paths.filter((path) => path.includes("poll")).length).toBeLessThanOrEqual(3);
  });
});
const started = { status: 200, body: { task_id: "t", task_status: "started" } };

describe("what comes back", () => {
  it("is a document of its own pages, with our pictures, held against the file's own words", async () => {
    const { converted, images } = await convertBy({}, report, { pageImageDpi: 36 });
    expect(images.map(({ page }) => page)).toEqual([1, 2]);
    expect(converted.conservation).toMatchObject({ coverage: 1, words: 10, missing: 0 });
    expect(converted.conservation.pages.map(({ parser }) => parser)).toEqual(["docling-serve", "docling-serve"]);
  });

  it("shows what the service lost", async () => {
    const { converted } = await convertBy({
      result: (answer) => {
        const text = JSON.stringify(answer).replaceAll("Second page of the report", "Second page");
        return text;
      },
    });
    expect(converted.conservation.missing).toBe(3);
    expect(converted.conservation.losses).toEqual([
      expect.objectContaining({ page: 2, reason: "missing", words: 3, sample: "of the report" }),
    ]);
  });

  it("is taken when we cannot read the file ourselves: the document vouches for itself", async () => {
    const broken = { filename: "broken.pdf", bytes: report.bytes.subarray(0, 200) };
    const whole = await convertBy({});
    const truth = new Map([[createHash("sha256").update(broken.bytes).digest("hex"), whole.converted.document]]);
    const { converted } = await convertBy({ truth }, broken);
    expect(converted.markdown).toBe(whole.converted.markdown);
    expect(converted.conservation).toMatchObject({ words: 10, missing: 0 });
  });

  it("is marked partial when the service says so", async () => {
    const { converted } = await convertBy({
      result: (answer) => ({ status: 200, body: { ...(answer as object), status: "partial_success" } }),
    });
    expect(converted.warnings).toEqual([
      { code: "document_part_failed", params: { name: "report.pdf", reason: "document_corrupt" } },
    ]);
  });

  it("is refused with more pages than allowed, whoever cannot count them", async () => {
    expect(await outcomeOf(convertBy({}, report, { maxPages: 1 }))).toEqual(["document_too_complex", null]);
  });

  it.each([
    ["Incorrect password error.", "document_encrypted"],
    ["Input document x.pdf is not valid.", "document_corrupt"],
    ["File format not allowed: x.pdf", "document_type_unsupported"],
    ["The conversion timed out.", "conversion_timeout"],
    ["CUDA out of memory", "converter_unavailable"],
  ])("explains the failure %j as %s, told in the result or with the task alone", async (message, code) => {
    const errors = [{ component_type: "x", module_name: "y", error_message: message }];
    const told = convertBy({ result: () => ({ status: 200, body: { status: "failure", errors, document: null } }) });
    expect(await outcomeOf(told)).toEqual([code, code === "converter_unavailable" ? "failed" : null]);
    const failed = { status: 200, body: { task_id: "t", task_status: "failure", error_message: message } };
    const alone = convertBy({ poll: () => failed, result: () => ({ status: 404, body: {} }) });
    expect(await outcomeOf(alone)).toEqual(await outcomeOf(told));
  });
});

describe("a service that is away, wrong or hostile", () => {
  const cut = () => {
    throw new Error("cut");
  };
  it.each<[string, ServiceBehaviour, string]>([
    ["is overloaded", { submit: () => ({ status: 503, body: {} }) }, "unreachable"],
    ["asks for patience", { submit: () => ({ status: 429, body: {} }) }, "unreachable"],
    ["cuts the connection", { submit: cut }, "unreachable"],
    ["cuts the result", { result: cut }, "unreachable"],
    ["wants a key", { apiKey: "other" }, "unauthorized"],
    ["forbids it", { submit: () => ({ status: 403, body: {} }) }, "unauthorized"],
    ["does not know the options", { submit: () => ({ status: 422, body: {} }) }, "refused"],
    ["sends elsewhere", { submit: () => ({ status: 307, body: {} }) }, "unreachable"],
    ["answers no task", { submit: () => ({ status: 200, body: { task_id: "../x", task_status: "" } }) }, "malformed"],
    ["answers no JSON", { result: () => "<html>" }, "malformed"],
    ["answers a list", { result: () => "[]" }, "malformed"],
    ["answers without document", { result: () => '{"status":"success"}' }, "malformed"],
    ["answers another schema", { result: () => answerWith('{"schema_name":"Other","version":"1.0.0"}') }, "malformed"],
    [
      "nests without end",
      { result: () => answerWith(`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`) },
      "malformed",
    ],
    ["loses the result", { result: () => ({ status: 404, body: {} }) }, "task_lost"],
    ["answers too much", { result: () => " ".repeat(connection.maxReplyBytes + 1) }, "too_large"],
  ])("that %s ends the conversion as its own failure", async (_case, behaviour, reason) => {
    expect(await outcomeOf(convertBy(behaviour))).toEqual(["converter_unavailable", reason]);
  });

  it.each([{ addresses: ["203.0.112.7"] }, { addresses: ["10.0.0.8", "2a00:1450:4007:80e::200e"] }, { addresses: [] }])(
    "that stands outside the network ($addresses) gets nothing, whatever its name",
    async ({ addresses }) => {
      const { url } = await serviceOf({});
      const resolve = async () => addresses;
      const converter = createDoclingServeConverter({ ...connection, baseUrl: url, resolve });
      const outside = ["converter_unavailable", "outside"];
      expect(await outcomeOf(converter.check())).toEqual(outside);
      expect(await outcomeOf(converter.convert(report, contractOptions, async () => {}))).toEqual(outside);
    },
  );

  it("that cannot be reached fails the document; nobody else reads it", async () => {
    const gone = await startFakeDoclingServe();
    await gone.close();
    const converter = createDoclingServeConverter({ ...connection, baseUrl: gone.url });
    const failure = ["converter_unavailable", "unreachable"];
    expect(await outcomeOf(converter.convert(report, contractOptions, async () => {}))).toEqual(failure);
    expect(await outcomeOf(converter.check())).toEqual(failure);
  });

  it("that is there says so", async () => {
    const { url } = await serviceOf({ apiKey: "k" });
    await createDoclingServeConverter({ ...connection, baseUrl: url, apiKey: "k" }).check();
    const refused = createDoclingServeConverter({ ...connection, baseUrl: url }).check();
    expect(await outcomeOf(refused)).toEqual(["converter_unavailable", "unauthorized"]);
  });

  it("that restarts or does not know the task at once is asked again", async () => {
    const { converted } = await convertBy({
      poll: (count) => (count === 1 ? { status: 404, body: {} } : count === 2 ? { status: 502, body: {} } : null),
    });
    expect(converted.pages).toHaveLength(2);
  });

  it("that never ends is left at the time limit, and when the caller gives up", async () => {
    const endless: ServiceBehaviour = { poll: () => started };
    const startedMs = performance.now();
    expect(await outcomeOf(convertBy(endless, report, { timeoutMs: 1_000 }))).toEqual(["conversion_timeout", null]);
    const reason = new Error("gone");
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 300);
    expect(await outcomeOf(convertBy(endless, report, { signal: stop.signal }))).toBe(reason);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("that never answers a question is given up at the limit of one request", async () => {
    const silent = convertBy(
      { submit: () => null, workMs: 60_000, result: () => null },
      report,
      {},
      { requestTimeoutMs: 200 },
    );
    expect(await outcomeOf(silent)).toEqual(["converter_unavailable", "unreachable"]);
  });
});

const answerWith = (json: string): string => `{"status":"success","errors":[],"document":{"json_content":${json}}}`;

describe.runIf(hasFixtures)("Docling's own documents", () => {
  const folder = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents/docling");
  it.each([
    ["pdf", "2305.03393v1-pg9.pdf", "2305.03393v1-pg9.json"],
    ["pdf", "multi_page.pdf", "multi_page.json"],
    ["docx", "word_sample.docx", "word_sample.docx.json"],
    ["docx", "tablecell.docx", "tablecell.docx.json"],
    ["pptx", "powerpoint_sample.pptx", "powerpoint_sample.pptx.json"],
    ["html", "wiki_duck.html", "wiki_duck.html.json"],
  ])("of %s come through whole and valid: %s", async (format, source, truthName) => {
    const [sourcePath, truthPath] = [
      join(folder, format, "sources", source),
      join(folder, format, "groundtruth", truthName),
    ];
    expect([existsSync(sourcePath), existsSync(truthPath)]).toEqual([true, true]);
    const bytes = new Uint8Array(readFileSync(sourcePath));
    const truth = JSON.parse(readFileSync(truthPath, "utf8"));
    const known = new Map([[createHash("sha256").update(bytes).digest("hex"), truth]]);
    const { converted } = await convertBy({ truth: known }, { filename: source, bytes });
    const validate = compileSchema();
    expect(validate(converted.document) ? [] : validate.errors).toEqual([]);
    expect(converted.document.texts.map(({ text }) => text)).toEqual(
      truth.texts.map(({ text }: { text: string }) => text),
    );
    expect(converted.document.tables).toHaveLength(truth.tables.length);
    expect(converted.conservation.words).toBeGreaterThan(10);
    expect(converted.conservation.coverage).toBeGreaterThan(0.9);
  });
});
