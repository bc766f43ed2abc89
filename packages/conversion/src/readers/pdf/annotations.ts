import type { Box } from "./geometry.ts";
import type { Pdfium, PdfPage } from "./pdfium.ts";
import type { Word } from "./words.ts";

export interface PageLink extends Box {
  readonly url: string;
}

export interface PageNote extends Box {
  readonly text: string;
}

/** What stands on a page beside its content. */
export interface Annotations {
  readonly links: readonly PageLink[];
  /** Notes a reader left: they open on a click, or belong to a marked passage. */
  readonly notes: readonly PageNote[];
  /** Values of form fields and free texts, where they are shown; as words, so that they are laid out with the others. */
  readonly words: readonly Word[];
}

const subtype = { note: 1, link: 2, freeText: 3, popup: 16, widget: 20 } as const; // FPDF_ANNOT_…
const field = { button: 1, checkbox: 2, radio: 3, signature: 7 } as const; // FPDF_FORMFIELD_…
const unseenFlags = 2 | 32; // hidden, no view
const maxAnnotations = 2_000; // of one page
const maxUrl = 2_000;
const fieldSize = { least: 6, most: 11, ofHeight: 0.75 }; // points of text in a field of unknown font
const characterWidth = 0.5; // of the size, in the usual fonts

/** @param form Handle of the document's form; 0 where it has none. */
export function readAnnotations(pdfium: Pdfium, document: number, form: number, page: PdfPage): Annotations {
  const { api } = pdfium;
  const links: PageLink[] = [];
  const notes: PageNote[] = [];
  const words: Word[] = [];
  const scratch = pdfium.malloc(16);
  const contents = pdfium.malloc(9);
  pdfium.bytes().set(Buffer.from("Contents\0", "latin1"), contents);
  const count = Math.min(api.FPDFPage_GetAnnotCount(page.handle), maxAnnotations);
  for (let index = 0; index < count; index++) {
    const annotation = api.FPDFPage_GetAnnot(page.handle, index);
    if (annotation === 0) continue;
    const kind = api.FPDFAnnot_GetSubtype(annotation);
    const isSeen = (api.FPDFAnnot_GetFlags(annotation) & unseenFlags) === 0;
    const box = isSeen ? boxOf(pdfium, annotation, page, scratch) : null;
    if (box && kind === subtype.link) {
      const url = urlOf(pdfium, document, annotation);
      if (url !== null) links.push({ ...box, url });
    } else if (box && kind === subtype.widget && form !== 0) {
      words.push(...wordsIn(box, fieldText(pdfium, form, annotation)));
    } else if (box && kind !== subtype.popup && kind !== subtype.widget) {
      const text = pdfium.utf16((to, size) => api.FPDFAnnot_GetStringValue(annotation, contents, to, size)).trim();
      if (kind === subtype.freeText) words.push(...wordsIn(box, text));
      else if (text !== "") notes.push({ ...box, text });
    }
    api.FPDFPage_CloseAnnot(annotation);
  }
  pdfium.free(scratch);
  pdfium.free(contents);
  return { links, notes, words };
}

function boxOf(pdfium: Pdfium, annotation: number, page: PdfPage, scratch: number): Box | null {
  if (!pdfium.api.FPDFAnnot_GetRect(annotation, scratch)) return null;
  const [left = 0, top = 0, right = 0, bottom = 0] = pdfium.floats().subarray(scratch >> 2, (scratch >> 2) + 4);
  return page.boxToTopLeft(Math.min(left, right), Math.min(top, bottom), Math.max(left, right), Math.max(top, bottom));
}

/** Links to the web and to mail; those that start programs or scripts are left out. */
function urlOf(pdfium: Pdfium, document: number, annotation: number): string | null {
  const { api } = pdfium;
  const link = api.FPDFAnnot_GetLink(annotation);
  const action = link === 0 ? 0 : api.FPDFLink_GetAction(link);
  if (action === 0) return null;
  const sizeBytes = api.FPDFAction_GetURIPath(document, action, 0, 0);
  if (sizeBytes <= 1 || sizeBytes > maxUrl) return null;
  const pointer = pdfium.malloc(sizeBytes);
  api.FPDFAction_GetURIPath(document, action, pointer, sizeBytes);
  const url = Buffer.from(pdfium.bytes().subarray(pointer, pointer + sizeBytes - 1)).toString("utf8");
  pdfium.free(pointer);
  return /^(?:https?:\/\/|mailto:)[^\s<>"]+$/i.test(url) ? url : null;
}

function fieldText(pdfium: Pdfium, form: number, annotation: number): string {
  const { api } = pdfium;
  const type = api.FPDFAnnot_GetFormFieldType(form, annotation);
  if (type === field.checkbox || type === field.radio)
    return api.FPDFAnnot_IsChecked(form, annotation) ? "\u2612" : "\u2610";
  if (type === field.button || type === field.signature) return "";
  return pdfium.utf16((to, size) => api.FPDFAnnot_GetFormFieldValue(form, annotation, to, size)).trim();
}

/** A field's lines from the top of its box, or one in the middle of its height. */
function wordsIn(box: Box, text: string): Word[] {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  const height = (box.b - box.t) / Math.max(1, lines.length);
  const size = Math.min(fieldSize.most, Math.max(fieldSize.least, fieldSize.ofHeight * height));
  return lines.flatMap((line, nth) => {
    const top = lines.length === 1 ? (box.t + box.b - size) / 2 : box.t + nth * Math.min(height, 1.2 * size);
    const step = Math.min(characterWidth * size, (box.r - box.l) / line.length);
    return [...line.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
      text: word.normalize("NFC"),
      l: box.l + index * step,
      r: box.l + (index + word.length) * step,
      t: top,
      b: top + size,
      size,
      bold: false,
      italic: false,
      monospace: false,
      angle: 0,
      hyphenated: false,
      glued: false,
      rtl: /[\u0590-\u08ff]/.test(word),
      isInvisible: false,
      isWhite: false,
    }));
  });
}
