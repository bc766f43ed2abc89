import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { textPdf } from "../contract/pdf-samples.ts";
import { convertHere, docx, paragraph } from "../contract/samples.ts";
import type { ConvertedDocument } from "../port.ts";

const convert = (files: Parameters<typeof zipSync>[0]): Promise<ConvertedDocument> =>
  convertHere({ filename: "dossier.zip", bytes: zipSync(files) });
const textsOf = ({ document }: ConvertedDocument): string[] => document.texts.map((item) => item.text);

describe("a zip of documents", () => {
  it("is read in the order of names, each member under its path, pages numbered on", async () => {
    const result = await convert({
      "b/10.pdf": textPdf(["Third page of all"]),
      "b/9.pdf": textPdf(["First page of all", "Second page of all"]),
      "a.txt": strToU8("The first text."),
    });
    const heads = result.document.texts.filter((item) => item.label === "section_header").map((item) => item.text);
    expect(heads).toEqual(["a.txt", "b/9.pdf", "b/10.pdf"]);
    expect(result.pages.map((page) => page.page)).toEqual([1, 2, 3]);
    const third = result.document.texts.find((item) => item.text.includes("Third page"));
    expect(third?.prov[0]?.page_no).toBe(3);
    expect(result.conservation).toMatchObject({ coverage: 1, missing: 0 });
    expect(result.conservation.pages.map((page) => page.page)).toEqual(expect.arrayContaining([1, 2, 3]));
    expect(result.warnings).toEqual([]);
  });

  it("loses none to a bad one", async () => {
    const result = await convert({
      "bad.docx": docx(paragraph("x")).subarray(0, 90),
      "empty.txt": new Uint8Array(),
      "good.txt": strToU8("Still here."),
      "huge.txt": new Uint8Array(40_000_000),
      "tool.exe": Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0),
      "wrong.pdf": strToU8("no PDF at all"),
    });
    expect(textsOf(result)).toEqual(["good.txt", "Still here."]);
    expect(result.warnings.map(({ params }) => [params.name, params.reason])).toEqual([
      ["bad.docx", "document_corrupt"],
      ["empty.txt", "document_empty"],
      ["huge.txt", "document_too_complex"],
      ["tool.exe", "document_type_unsupported"],
      ["wrong.pdf", "document_type_mismatch"],
    ]);
  });

  it("shows names that lead out of it without their way out", async () => {
    const result = await convert({ "../../etc/passwd.txt": strToU8("One."), "C:\\temp\\two.txt": strToU8("Two.") });
    expect(textsOf(result)).toEqual(["etc/passwd.txt", "One.", "temp/two.txt", "Two."]);
  });

  it("leaves out what systems put in, and says so once", async () => {
    const result = await convert({
      "__MACOSX/._a.txt": strToU8("junk"),
      "__MACOSX/b/._b.txt": strToU8("junk"),
      "folder/.DS_Store": strToU8("junk"),
      "a.txt": strToU8("A text."),
    });
    expect(textsOf(result)).toEqual(["a.txt", "A text."]);
    expect(result.warnings).toEqual([
      { code: "document_part_skipped", params: { name: "__MACOSX" } },
      { code: "document_part_skipped", params: { name: "folder/.DS_Store" } },
    ]);
  });

  it("inside another is read too, to a depth", async () => {
    let inner: Uint8Array = zipSync({ "deep.txt": strToU8("At the bottom.") });
    for (let depth = 0; depth < 2; depth++) inner = zipSync({ "inner.zip": inner });
    const read = await convertHere({ filename: "a.zip", bytes: inner });
    expect(textsOf(read)).toContain("At the bottom.");
    const tooDeep = zipSync({ "inner.zip": inner, "top.txt": strToU8("At the top.") });
    const result = await convertHere({ filename: "a.zip", bytes: tooDeep });
    expect(textsOf(result)).not.toContain("At the bottom.");
    expect(textsOf(result)).toContain("At the top.");
    expect(result.warnings[0]).toMatchObject({
      code: "document_part_failed",
      params: { reason: "document_too_complex" },
    });
  });

  it("names members that a password protects; all of them end as document_encrypted", async () => {
    const files = { "open.txt": strToU8("Readable."), "secret.txt": strToU8("Hidden.") };
    const result = await convertHere({ filename: "a.zip", bytes: encrypted(zipSync(files), ["secret.txt"]) });
    expect(textsOf(result)).toContain("Readable.");
    expect(result.warnings).toEqual([
      { code: "document_part_failed", params: { name: "secret.txt", reason: "document_encrypted" } },
    ]);
    const all = convertHere({ filename: "a.zip", bytes: encrypted(zipSync(files), Object.keys(files)) });
    await expect(all).rejects.toMatchObject({ code: "document_encrypted" });
  });

  it("with nothing to read ends as document_no_text", async () => {
    await expect(convert({ "a.exe": Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0) })).rejects.toMatchObject({
      code: "document_no_text",
    });
  });
});

/** Sets the flag of encryption in the central directory: what a reader goes by. */
function encrypted(zip: Uint8Array, names: readonly string[]): Uint8Array {
  const bytes = Buffer.from(zip);
  for (let at = bytes.indexOf("PK\x01\x02", 0, "latin1"); at >= 0; at = bytes.indexOf("PK\x01\x02", at + 4, "latin1")) {
    const length = bytes.readUInt16LE(at + 28);
    if (names.includes(bytes.toString("utf8", at + 46, at + 46 + length))) bytes[at + 8] = (bytes[at + 8] ?? 0) | 1;
  }
  return Uint8Array.from(bytes);
}
