import { strToU8, zipSync } from "fflate";

const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/** Every prefix a test may use, declared on the root of each part. */
const namespaces = Object.entries({
  w: "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
  p: "http://schemas.openxmlformats.org/presentationml/2006/main",
  a: "http://schemas.openxmlformats.org/drawingml/2006/main",
  c: "http://schemas.openxmlformats.org/drawingml/2006/chart",
  wp: "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
  pic: "http://schemas.openxmlformats.org/drawingml/2006/picture",
  dgm: "http://schemas.openxmlformats.org/drawingml/2006/diagram",
  xdr: "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
  m: "http://schemas.openxmlformats.org/officeDocument/2006/math",
  mc: "http://schemas.openxmlformats.org/markup-compatibility/2006",
  w14: "http://schemas.microsoft.com/office/word/2010/wordml",
  wps: "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
  v: "urn:schemas-microsoft-com:vml",
  r: office,
})
  .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  .join(" ");

/** An Office file of these parts; the root element of each gets all namespaces. What is not XML is written as it is. */
export function officeFile(parts: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(parts).map(([name, text]) => [
    name,
    strToU8(text.replace(/^<([\w:]+)/, `<$1 ${namespaces}`)),
  ]);
  return zipSync({ "[Content_Types].xml": strToU8("<Types/>"), ...Object.fromEntries(entries) });
}

/** A relationships part: id → type's last word and target; a target with a scheme is external. */
export function relationships(entries: Readonly<Record<string, readonly [type: string, target: string]>>): string {
  const items = Object.entries(entries).map(
    ([id, [type, target]]) =>
      `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"${/^\w+:\/\//.test(target) ? ' TargetMode="External"' : ""}/>`,
  );
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${items.join("")}</Relationships>`;
}

/** A Word file of body blocks; further parts and relationships of the document part by id. */
export const wordFile = (
  body: string,
  parts: Readonly<Record<string, string>> = {},
  related: Readonly<Record<string, readonly [string, string]>> = {},
): Uint8Array =>
  officeFile({
    "_rels/.rels": relationships({ rId1: ["officeDocument", "word/document.xml"] }),
    "word/document.xml": `<w:document><w:body>${body}</w:body></w:document>`,
    "word/_rels/document.xml.rels": relationships(related),
    ...parts,
  });

/** A presentation of slides (the content of `p:spTree`), 10 by 7.5 inches. */
export function slideFile(slides: readonly string[], parts: Readonly<Record<string, string>> = {}): Uint8Array {
  const ids = slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="rId${index + 1}"/>`);
  return officeFile({
    "_rels/.rels": relationships({ rId1: ["officeDocument", "ppt/presentation.xml"] }),
    "ppt/presentation.xml": `<p:presentation><p:sldIdLst>${ids.join("")}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relationships(
      Object.fromEntries(slides.map((_, index) => [`rId${index + 1}`, ["slide", `slides/slide${index + 1}.xml`]])),
    ),
    ...Object.fromEntries(
      slides.map((tree, index) => [
        `ppt/slides/slide${index + 1}.xml`,
        `<p:sld><p:cSld><p:spTree>${tree}</p:spTree></p:cSld></p:sld>`,
      ]),
    ),
    ...parts,
  });
}

export interface SampleSheet {
  readonly name: string;
  /** Content of the worksheet element. */
  readonly xml: string;
  readonly state?: string;
}

/** A workbook; `styles` is the content of the style sheet. */
export function workbookFile(
  sheets: readonly SampleSheet[],
  {
    styles = "",
    date1904 = false,
    parts = {},
  }: { styles?: string; date1904?: boolean; parts?: Record<string, string> } = {},
): Uint8Array {
  const entries = sheets.map(
    ({ name, state }, index) =>
      `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"${state ? ` state="${state}"` : ""}/>`,
  );
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  return officeFile({
    "_rels/.rels": relationships({ rId1: ["officeDocument", "xl/workbook.xml"] }),
    "xl/workbook.xml": `<workbook ${main}><workbookPr date1904="${date1904 ? 1 : 0}"/><sheets>${entries.join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relationships({
      ...Object.fromEntries(
        sheets.map((_, index) => [`rId${index + 1}`, ["worksheet", `worksheets/sheet${index + 1}.xml`]]),
      ),
      s: ["styles", "styles.xml"],
      t: ["sharedStrings", "sharedStrings.xml"],
    }),
    "xl/styles.xml": `<styleSheet ${main}>${styles}</styleSheet>`,
    ...Object.fromEntries(
      sheets.map(({ xml }, index) => [`xl/worksheets/sheet${index + 1}.xml`, `<worksheet ${main}>${xml}</worksheet>`]),
    ),
    ...parts,
  });
}
