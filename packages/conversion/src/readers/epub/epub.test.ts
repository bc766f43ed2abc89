import { strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { convertHere } from "../../contract/samples.ts";

const page = (body: string, head = "<title/>") =>
  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head>${head}</head><body>${body}</body></html>`;
const opf =
  '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Contes</dc:title></metadata><manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/><item id="b" href="text/b%20c.xhtml" media-type="application/xhtml+xml"/><item id="z" href="text/z.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="n"/><itemref idref="b"/><itemref idref="a"/><itemref idref="z"/></spine></package>';

function epub(parts: Record<string, string> = {}) {
  const files: Record<string, string> = {
    mimetype: "application/epub+zip",
    "META-INF/container.xml":
      '<container xmlns="urn:c"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    "OPS/book.opf": opf,
    "OPS/nav.xhtml": page(
      '<nav xmlns:epub="urn:e" epub:type="toc"><ol><li><a href="text/b%20c.xhtml#x">Le loup</a></li><li><a href="text/a.xhtml">Autre</a></li></ol></nav>',
    ),
    "OPS/text/a.xhtml": page("<h2>La chèvre<a id='n1'/></h2><p>Elle mangea.</p>"),
    "OPS/text/b c.xhtml": page("<p>Il était une fois.</p>"),
    ...parts,
  };
  return {
    filename: "a.epub",
    bytes: zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))),
  };
}

it("reads its documents in the order of the spine, and heads one without a heading by the contents", async () => {
  const { document, title, warnings, conservation } = await convertHere(epub());
  expect(title).toBe("Contes");
  expect(document.texts.map(({ label, text }) => [label, text])).toEqual([
    ["section_header", "Le loup"],
    ["text", "Il était une fois."],
    ["section_header", "La chèvre"],
    ["text", "Elle mangea."],
  ]);
  expect(warnings).toEqual([
    { code: "document_part_failed", params: { name: "OPS/text/z.xhtml", reason: "document_corrupt" } },
  ]);
  expect(conservation).toMatchObject({ coverage: 1, missing: 0 });
});
it("takes the labels of an older book from its NCX", async () => {
  const ncx =
    '<ncx xmlns="urn:n"><navMap><navPoint><navLabel><text>Chapitre I</text></navLabel><content src="text/b%20c.xhtml"/></navPoint></navMap></ncx>';
  const old = opf
    .replace(' properties="nav"', "")
    .replace("</manifest>", '<item id="x" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>')
    .replace("<spine>", '<spine toc="x">');
  const { document } = await convertHere(epub({ "OPS/book.opf": old, "OPS/toc.ncx": ncx }));
  expect(document.texts.some((text) => text.label === "section_header" && text.text === "Chapitre I")).toBe(true);
});
it("tells a protected book from one whose fonts alone are scrambled", async () => {
  const encryption = (algorithm: string) => ({
    "META-INF/encryption.xml": `<encryption xmlns="urn:o"><EncryptedData><EncryptionMethod Algorithm="${algorithm}"/></EncryptedData></encryption>`,
  });
  await expect(convertHere(epub(encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")))).rejects.toMatchObject({
    code: "document_encrypted",
  });
  expect((await convertHere(epub(encryption("http://www.idpf.org/2008/embedding")))).title).toBe("Contes");
});
it("reads no file outside the book", async () => {
  const { warnings } = await convertHere(epub({ "OPS/book.opf": opf.replace("text/z.xhtml", "../../../etc/passwd") }));
  expect(warnings).toEqual([
    { code: "document_part_failed", params: { name: "etc/passwd", reason: "document_corrupt" } },
  ]);
});
