import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bundledChild, createLocalConverter } from "@aurora/conversion/local";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildConversion } from "./services.ts";

const root = join(import.meta.dirname, "../../../..");
const sources = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents/docling");
const hasSources = existsSync(sources);
if (!hasSources) console.log("skipped: no data (Docling's sources)");

const limits = { timeoutMs: 60_000, maxMemoryMb: 1_024, maxPages: 20, pageImageDpi: 0 };

describe.skipIf(!hasSources)("the bundled conversion child, disk and network shut", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    await buildConversion(root);
  }, 120_000);

  it.each([
    ["a PDF by pdfium", "pdf/sources/multi_page.pdf", "Word Processor"],
    ["a scanned PDF by Tesseract", "ocr/sources/ocr_test.pdf", "Docling bundles PDF document conversion"],
    ["a WebP image", "webp/sources/webp-test.webp", "Docling bundles PDF document conversion"],
    ["a mail of Outlook", "email/sources/msg_simple.msg", "This is a simple email body."],
  ])("finds all it needs to read %s", async (_, path, text) => {
    const converter = createLocalConverter(bundledChild(root));
    onTestFinished(() => converter.close());
    const file = { filename: basename(path), bytes: readFileSync(join(sources, path)) };
    const { markdown } = await converter.convert(file, limits, async () => {});
    expect(markdown).toContain(text);
  });
});
