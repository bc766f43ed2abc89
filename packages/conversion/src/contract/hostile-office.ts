import { strToU8 } from "fflate";
import type { HostileFile } from "./hostile-file.ts";
import { remoteResources, xmlBombs } from "./hostile-markup.ts";
import { compoundFile, epubFile, lockedOffice, odfFile } from "./hostile-packages.ts";
import { zipOf } from "./hostile-zip.ts";
import { officeFile, relationships, slideFile, wordFile, workbookFile } from "./office-samples.ts";
import { paragraph } from "./samples.ts";

const words = "Some words stand here";
const zeros = () => new Uint8Array(300 * 1_048_576);

/** Never looked into: any bytes stand for a macro. */
const macro = 'Sub AutoOpen() : Shell "calc macro words" : End Sub';
const table = (rows: string): string => `<sheetData>${rows}</sheetData>`;
const inlineCell = (place: string, text: string): string => `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`;
const nested = (open: string, close: string, depth: number): string =>
  `${open.repeat(depth)}${paragraph(words)}${close.repeat(depth)}`;

export function hostileOffice(trap: string): HostileFile[] {
  const of = (
    name: string,
    filename: string,
    bytes: () => Uint8Array,
    ends: HostileFile["ends"],
    rest: Partial<HostileFile> = {},
  ): HostileFile => ({ name, filename, bytes, ends, ...rest });
  const bombPart = (part: string) => () =>
    zipOf([
      { name: "[Content_Types].xml", data: "<Types/>" },
      { name: part, data: zeros() },
    ]);
  const read = { says: [words] };
  const formula =
    '<c r="A2" t="str"><f>HYPERLINK("javascript:alert(1)","click")</f><v>click</v></c><c r="B2" t="str"><f>WEBSERVICE("TRAP/service")</f><v>=cmd|calc</v></c>'.replace(
      "TRAP",
      trap,
    );
  return [
    of("a Word file under a password", "a.docx", lockedOffice, "document_encrypted"),
    of("a workbook under a password", "a.xlsx", lockedOffice, "document_encrypted"),
    of("a presentation under a password", "a.pptx", lockedOffice, "document_encrypted"),
    of(
      "a compound file of nothing known",
      "a.doc",
      () => compoundFile({ Nothing: new Uint8Array(9) }),
      "document_type_mismatch",
    ),
    of(
      "a Word 97 file that is its name alone",
      "a.doc",
      () => compoundFile({ WordDocument: new Uint8Array(4_096) }),
      "document_type_unsupported",
    ),
    of(
      "an Excel 97 file that is its name alone",
      "a.xls",
      () => compoundFile({ Workbook: new Uint8Array(4_096).fill(0xee) }),
      "document_no_text",
    ),
    of(
      "a PowerPoint 97 file that is its name alone",
      "a.ppt",
      () => compoundFile({ "PowerPoint Document": new Uint8Array(4_096) }),
      "document_corrupt",
    ),
    of(
      "an OpenDocument text under a password",
      "a.odt",
      () =>
        odfFile("odt", words, {
          manifest:
            '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>',
          content: new Uint8Array(600).fill(0x5a),
        }),
      "document_encrypted",
    ),
    of(
      "an OpenDocument sheet under a password",
      "a.ods",
      () =>
        odfFile("ods", words, {
          manifest:
            '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>',
          content: new Uint8Array(600).fill(0x5a),
        }),
      "document_encrypted",
    ),
    of(
      "an e-book under rights management",
      "a.epub",
      () =>
        epubFile(words, {
          "META-INF/encryption.xml": strToU8(
            '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></EncryptedData></encryption>',
          ),
        }),
      "document_encrypted",
    ),
    of("a Word file that is a bomb", "a.docx", bombPart("word/document.xml"), "document_too_complex"),
    of(
      "a workbook that is a bomb",
      "a.xlsx",
      () =>
        zipOf([
          { name: "[Content_Types].xml", data: "<Types/>" },
          { name: "xl/workbook.xml", data: zeros() },
        ]),
      "document_too_complex",
    ),
    of("a presentation that is a bomb", "a.pptx", bombPart("ppt/presentation.xml"), "document_too_complex"),
    of(
      "an OpenDocument text that is a bomb",
      "a.odt",
      () => odfFile("odt", "", { content: zeros() }),
      "document_too_complex",
    ),
    of("an e-book that is a bomb", "a.epub", () => epubFile("", { "chapter.xhtml": zeros() }), "document_too_complex"),
    of(
      "a Word file with an entity bomb",
      "a.docx",
      () =>
        officeFile({
          "word/document.xml": `<?xml version="1.0"?>${xmlBombs.entityBomb}<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>`,
        }),
      "document_corrupt",
    ),
    of(
      "a Word file that wants files and addresses",
      "a.docx",
      () =>
        officeFile({
          "word/document.xml": `<?xml version="1.0"?>${xmlBombs.outside(trap)}<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&x;&y;</w:t></w:r></w:p></w:body></w:document>`,
        }),
      "document_corrupt",
    ),
    of(
      "a workbook with an entity bomb",
      "a.xlsx",
      () =>
        workbookFile([{ name: "S", xml: table("") }], {
          parts: {
            "xl/worksheets/sheet1.xml": `${xmlBombs.entityBomb}<worksheet><sheetData><row><c t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData></worksheet>`,
          },
        }),
      "document_corrupt",
    ),
    of(
      "a presentation with an entity bomb",
      "a.pptx",
      () => slideFile([""], { "ppt/slides/slide1.xml": `${xmlBombs.entityBomb}<p:sld>&l9;</p:sld>` }),
      "document_corrupt",
    ),
    of(
      "an OpenDocument text with an entity bomb",
      "a.odt",
      () => odfFile("odt", "<text:p>&l9;</text:p>", { declaration: xmlBombs.entityBomb }),
      "document_corrupt",
    ),
    of(
      "an OpenDocument text that wants files and addresses",
      "a.odt",
      () => odfFile("odt", "<text:p>&x;&y;</text:p>", { declaration: xmlBombs.outside(trap) }),
      "document_corrupt",
    ),
    of(
      "a Word file with a macro",
      "a.docm",
      () =>
        wordFile(
          paragraph(words),
          { "word/vbaProject.bin": macro, "word/vbaData.xml": "<x/>" },
          { rId1: ["vbaProject", "vbaProject.bin"] },
        ),
      "success",
      { ...read, hides: ["macro words"] },
    ),
    of(
      "a workbook with a macro",
      "a.xlsm",
      () =>
        workbookFile([{ name: "S", xml: table(`<row r="1">${inlineCell("A1", words)}</row>`) }], {
          parts: { "xl/vbaProject.bin": macro },
        }),
      "success",
      { ...read, hides: ["macro words"] },
    ),
    of(
      "a presentation with a macro",
      "a.pptm",
      () =>
        slideFile([`<p:sp><p:txBody><a:p><a:r><a:t>${words}</a:t></a:r></a:p></p:txBody></p:sp>`], {
          "ppt/vbaProject.bin": macro,
        }),
      "success",
      { ...read, hides: ["macro words"] },
    ),
    of(
      "a Word file of remote templates, images and links",
      "a.docx",
      () =>
        wordFile(
          `${paragraph(words)}<w:p><w:hyperlink r:id="rId1"><w:r><w:t>a link</w:t></w:r></w:hyperlink><w:r><w:drawing><wp:inline><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:link="rId2"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p><w:p><w:r><w:instrText> DDEAUTO c:\\windows\\cmd.exe </w:instrText></w:r></w:p>`,
          {},
          {
            rId1: ["hyperlink", "javascript://alert(1)"],
            rId2: ["image", `${trap}/image.png`],
            rId3: ["attachedTemplate", `${trap}/template.dotm`],
          },
        ),
      "success",
      { ...read, hides: ["javascript:"] },
    ),
    of(
      "a Word file whose parts lead out",
      "a.docx",
      () =>
        wordFile(
          paragraph(words),
          {},
          {
            rId1: ["image", "../../../../../etc/passwd"],
            rId2: ["comments", "/../../etc/passwd"],
            rId3: ["footnotes", "document.xml"],
          },
        ),
      "success",
      { ...read, hides: ["root:x:"] },
    ),
    of(
      "a workbook of formulas that ask and links that run",
      "a.xlsx",
      () =>
        workbookFile(
          [
            {
              name: "S",
              xml: `${table(`<row r="1">${inlineCell("A1", words)}</row><row r="2">${formula}</row>`)}<hyperlinks><hyperlink ref="A1" r:id="rId1"/></hyperlinks>`,
            },
          ],
          {
            parts: {
              "xl/worksheets/_rels/sheet1.xml.rels": relationships({ rId1: ["hyperlink", "javascript://alert(1)"] }),
            },
          },
        ),
      "success",
      { ...read, hides: ["javascript:"] },
    ),
    of(
      "an OpenDocument text of remote images",
      "a.odt",
      () =>
        odfFile(
          "odt",
          `<text:p>${words}<draw:frame><draw:image xlink:href="${trap}/image.png"/></draw:frame><text:a xlink:href="javascript:alert(1)">a link</text:a></text:p>`,
        ),
      "success",
      { ...read, hides: ["javascript:"] },
    ),
    of(
      "an e-book of remote resources",
      "a.epub",
      () =>
        epubFile(
          `<p>${words}</p>${remoteResources(trap).replace(/<(img|link|embed|base|meta|input)([^>]*)>/g, "<$1$2/>")}`,
        ),
      "success",
      { ...read, hides: ["a script's words", "javascript:"] },
    ),
    of(
      "a Word file of 10,000 nested tables",
      "a.docx",
      () => wordFile(nested("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 10_000)),
      "document_too_complex",
    ),
    of(
      "a Word file of 100,000 nested controls",
      "a.docx",
      () => wordFile(nested("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", 100_000)),
      "document_too_complex",
    ),
    of(
      "a presentation of 10,000 nested groups",
      "a.pptx",
      () => slideFile([`${"<p:grpSp>".repeat(10_000)}${"</p:grpSp>".repeat(10_000)}`]),
      "document_too_complex",
    ),
    of(
      "a presentation that shows one slide 100,000 times",
      "a.pptx",
      () => repeatedSlide(100_000),
      "document_too_complex",
    ),
    of(
      "a Word file whose styles are based on each other",
      "a.docx",
      () =>
        wordFile(
          paragraph(words, '<w:pStyle w:val="A"/>'),
          {
            "word/styles.xml":
              '<w:styles><w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>',
          },
          { rId1: ["styles", "styles.xml"] },
        ),
      "success",
      read,
    ),
    of(
      "a Word file whose cell spans all",
      "a.docx",
      () =>
        wordFile(
          `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr>${paragraph(words)}</w:tc></w:tr></w:tbl>`,
        ),
      "success",
      read,
    ),
    of(
      "an OpenDocument sheet that repeats a cell 10^9 times",
      "a.ods",
      () =>
        odfFile(
          "ods",
          `<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000"><text:p>${words}</text:p></table:table-cell></table:table-row></table:table>`,
        ),
      "document_too_complex",
    ),
    of(
      "an OpenDocument text of 10^9 blanks",
      "a.odt",
      () => odfFile("odt", `<text:p>${words}<text:s text:c="1000000000"/></text:p>`),
      "success",
      read,
    ),
  ];
}

function repeatedSlide(times: number): Uint8Array {
  const ids = Array.from({ length: times }, (_, index) => `<p:sldId id="${256 + index}" r:id="rId1"/>`);
  return slideFile([`<p:sp><p:txBody><a:p><a:r><a:t>${words}</a:t></a:r></a:p></p:txBody></p:sp>`], {
    "ppt/presentation.xml": `<p:presentation><p:sldIdLst>${ids.join("")}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`,
  });
}
