import { AppError } from "@aurora/kernel";
import { expect, it } from "vitest";
import type { ConversionOptions, DocumentConverter, PageImage } from "../port.ts";
import { emptyPagePdf, textPdf } from "./pdf-samples.ts";

export { type FakeDoclingServe, type ServiceBehaviour, startFakeDoclingServe } from "./docling-serve-server.ts";

export const contractOptions: ConversionOptions = {
  timeoutMs: 25_000,
  maxMemoryMb: 1_024,
  maxPages: 50,
  pageImageDpi: 0,
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const ignore = async (): Promise<void> => {};
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "converted";
  } catch (error) {
    return AppError.is(error) ? error.code : `not an AppError: ${error}`;
  }
};

/** What every adapter of `DocumentConverter` guarantees, on documents that each adapter must be able to read. */
export function documentConverterContract(create: () => DocumentConverter): void {
  const converter = create();

  it("gives the document, its Markdown, title and language", async () => {
    const source =
      "# Note de service\n\nLes horaires de la mairie sont affichés à l'entrée et sur le site de la ville.\n";
    const result = await converter.convert({ filename: "note.md", bytes: utf8(source) }, contractOptions, ignore);
    expect(result.mediaType).toBe("text/markdown");
    expect(result.title).toBe("Note de service");
    expect(result.language).toBe("fr");
    expect(result.markdown).toBe(source);
    expect(result.document.schema_name).toBe("DoclingDocument");
    expect(result.pages).toEqual([]);
  });

  it("gives the size of each PDF page and, one by one and in order, its image", async () => {
    const images: PageImage[] = [];
    let inHand = 0;
    const result = await converter.convert(
      { filename: "two.pdf", bytes: textPdf(["First page of the report", "Second page of the report"]) },
      { ...contractOptions, pageImageDpi: 36 },
      async (image) => {
        expect(++inHand).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        images.push(image);
        inHand--;
      },
    );
    expect(result.pages).toEqual([
      { page: 1, width: 612, height: 792 },
      { page: 2, width: 612, height: 792 },
    ]);
    expect(images.map((image) => image.page)).toEqual([1, 2]);
    for (const image of images) expect([...image.png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  });

  it("reports progress that never falls and ends at 1", async () => {
    const fractions: number[] = [];
    await converter.convert(
      { filename: "three.pdf", bytes: textPdf(["One page", "Two pages", "Three pages"]) },
      { ...contractOptions, onProgress: (fraction) => void fractions.push(fraction) },
      ignore,
    );
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it.each([
    ["an empty file", "a.txt", new Uint8Array(), "document_empty"],
    [
      "an image named as PDF",
      "a.pdf",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      "document_type_mismatch",
    ],
    ["a PDF cut short", "a.pdf", textPdf(["Some text"]).subarray(0, 120), "document_corrupt"],
    ["a PDF without text", "a.pdf", emptyPagePdf(), "document_no_text"],
  ])("refuses %s with its own code", async (_, filename, bytes, code) => {
    expect(await codeOf(converter.convert({ filename, bytes }, contractOptions, ignore))).toBe(code);
  });

  it("refuses more pages than allowed", async () => {
    const file = { filename: "long.pdf", bytes: textPdf(["a", "b", "c"]) };
    expect(await codeOf(converter.convert(file, { ...contractOptions, maxPages: 2 }, ignore))).toBe(
      "document_too_complex",
    );
  });

  it("stops at once when aborted, before and while it runs", async () => {
    const file = { filename: "note.md", bytes: utf8("# Title\n") };
    const reason = new Error("stopped by the caller");
    const before = converter.convert(file, { ...contractOptions, signal: AbortSignal.abort(reason) }, ignore);
    await expect(before).rejects.toBe(reason);
    const controller = new AbortController();
    const running = converter.convert(
      { filename: "pages.pdf", bytes: textPdf(["one", "two"]) },
      { ...contractOptions, pageImageDpi: 36, signal: controller.signal },
      async () => {
        controller.abort(reason);
        await new Promise(() => {}); // a caller that never takes the image
      },
    );
    await expect(running).rejects.toBe(reason);
  });

  it("ends at its time limit", async () => {
    const file = { filename: "pages.pdf", bytes: textPdf(["one", "two"]) };
    const stuck = converter.convert(
      file,
      { ...contractOptions, pageImageDpi: 36, timeoutMs: 1_000 },
      () => new Promise(() => {}),
    );
    expect(await codeOf(stuck)).toBe("conversion_timeout");
  });

  it("hands the caller's own failure back", async () => {
    const failure = new Error("no room for images");
    const file = { filename: "pages.pdf", bytes: textPdf(["one"]) };
    const work = converter.convert(file, { ...contractOptions, pageImageDpi: 36 }, async () => {
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
  });
}
