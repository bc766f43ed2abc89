import { describe, expect, it } from "vitest";
import { compileSchema, hasFixtures } from "./contract/fixtures.ts";
import { pdfOf } from "./contract/pdf-samples.ts";
import { convertHere, docx, paragraph, textFile } from "./contract/samples.ts";
import { isTextItem, resolveRef } from "./docling-document.ts";
import type { SourceFile } from "./port.ts";

const made: readonly SourceFile[] = [
  textFile("a.md", "# T\n\n- a\n    - b\n\n![alt](x.png)\n\n| a |\n|---|\n| b |\n\n`code`\n\n[^1]: note\n"),
  textFile(
    "a.html",
    "<h1>T</h1><dl><dt>a<dd>b</dl><figure><img alt=x><figcaption>c</figcaption></figure><table><caption>d</caption><tr><th>e<td>f</table>",
  ),
  textFile("a.txt", "un\n\n- deux\n- trois\n"),
  textFile("a.csv", "a;b\n1;2\n"),
  { filename: "a.docx", bytes: docx(paragraph("Texte") + paragraph("Suite")) },
  {
    filename: "a.pdf",
    bytes: pdfOf([[{ text: "Some text", x: 72, y: 700, size: 12 }], [{ text: "2", x: 300, y: 30, size: 9 }]]),
  },
];

describe.skipIf(!hasFixtures)("every document validates against Docling's schema", () => {
  it.each(made.map((file) => [file.filename, file] as const))("made here: %s", async (_, file) => {
    const { document } = await convertHere(file);
    const validate = compileSchema();
    expect(validate(document) ? [] : validate.errors).toEqual([]);
  });
});

it.each(made.map((file) => [file.filename, file] as const))(
  "every reference and parent of %s agree",
  async (_, file) => {
    const { document } = await convertHere(file);
    const nodes = [...document.texts, ...document.groups, ...document.tables, ...document.pictures];
    for (const node of nodes) {
      const parent = resolveRef(document, node.parent?.$ref ?? "");
      expect(parent.children.map((child) => child.$ref)).toContain(node.self_ref);
      if (isTextItem(node))
        for (const [start, end] of node.meta?.aurora__runs ?? [])
          expect(node.text.slice(start, end).trim()).not.toBe("");
    }
  },
);
