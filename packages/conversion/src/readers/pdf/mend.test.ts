import { deflateSync } from "node:zlib";
import { AppError } from "@aurora/kernel";
import { expect, it } from "vitest";
import { textPdf } from "../../contract/pdf-samples.ts";
import { convertHere } from "../../contract/samples.ts";

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const file = (text: string) => ({ filename: "a.pdf", bytes: Uint8Array.from(Buffer.from(text, "latin1")) });
const sound = latin1(textPdf(["The first page says this", "The second one says more"]));
const withoutTable = sound.slice(0, sound.lastIndexOf("xref\n0"));

it("reads a file that lost its end, pages in their order", async () => {
  const { markdown } = await convertHere(file(withoutTable));
  expect(markdown).toMatch(/The first page says this[\s\S]*The second one says more/);
});

it("reads what is left of a download that broke off", async () => {
  const { markdown } = await convertHere(file(sound.slice(0, sound.indexOf("The second one") + 8)));
  expect(markdown).toContain("The first page says this");
});

it("makes a catalogue where none is left", async () => {
  const lost = withoutTable.replace("/Type /Catalog", "/Type /Missing").replace("/Type /Pages", "/Type /Absent");
  expect((await convertHere(file(lost))).markdown).toContain("The second one says more");
});

it("finds objects that are packed in a stream whose index is lost", async () => {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 6 0 R /Resources << /Font << /F 4 0 R >> >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let index = "";
  let at = 0;
  for (const [number, text] of objects.entries()) {
    index += `${number + 1} ${at} `;
    at += text.length + 1;
  }
  const packed = latin1(deflateSync(Buffer.from(`${index}${objects.join(" ")}`, "latin1")));
  const content = "BT /F 12 Tf 72 700 Td (Words of a packed page) Tj ET";
  const text = [
    "%PDF-1.5",
    `6 0 obj\n<< /Length ${content.length} >>\nstream\n${content}\nendstream\nendobj`,
    `5 0 obj\n<< /Type /ObjStm /N 4 /First ${index.length} /Length ${packed.length} /Filter /FlateDecode >>\nstream\n${packed}\nendstream\nendobj\n`,
  ].join("\n");
  expect((await convertHere(file(text))).markdown).toContain("Words of a packed page");
});

it("says that a file without any page is damaged", async () => {
  const failure = await convertHere(file(`%PDF-1.4\n${"1 0 obj << /A 1 >> endobj\n".repeat(50)}`)).catch(
    (error) => error,
  );
  expect(AppError.is(failure) && failure.code).toBe("document_corrupt");
});
