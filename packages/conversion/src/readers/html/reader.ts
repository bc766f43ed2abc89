import { AppError } from "@aurora/kernel";
import { parse, parseFragment } from "parse5";
import { decodeHtml } from "../../decode-text.ts";
import { createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { dataImage } from "../../pictures/data-image.ts";
import { nameOf, originOf } from "../origin.ts";
import type { ReadContext, Reader } from "../reader.ts";
import { boilerplateOf, hasFlowHeading } from "./boilerplate.ts";
import {
  attribute,
  type DomElement,
  type DomParent,
  depthOf,
  find,
  findWhere,
  isElement,
  isTickBox,
  isUnseen,
  wholeText,
} from "./dom.ts";
import type { Flow, Page } from "./flow.ts";
import { textOf } from "./inline.ts";
import { walk } from "./walk.ts";

const maxDepth = 400;

/**
 * HTML by the standard's own parser. Scripts are not run and nothing is fetched. Menus, banners and footers, and what
 * stands before the first heading without being prose, go to the furniture layer; the mode `raw` keeps them in the body.
 */
export const htmlReader: Reader = {
  async read(file, type, context) {
    const source = decodeHtml(file.bytes);
    if (source.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const title = addHtmlPage(builder, source, context, { isRaw: context.htmlMode === "raw" });
    return { document: builder.document, title };
  },
};

/**
 * A whole page; tells the ledger every text of it.
 * @returns The title its head gives.
 */
export function addHtmlPage(
  builder: DocumentBuilder,
  source: string,
  { ledger, pictures }: Pick<ReadContext, "ledger" | "pictures">,
  options: {
    isRaw: boolean;
    /** A chapter: what its head calls it is said by the book. */
    isBookPart?: boolean;
    /** Of addresses the page names; images it holds itself are always kept. */
    readImage?: (address: string, maxBytes: number) => Uint8Array | null;
  },
): string | null {
  const document = parse(openTags(source), { scriptingEnabled: false });
  checkDepth(document);
  const head = find(document, "head");
  const titleElement = head && find(head, "title");
  const title = titleElement ? textOf(titleElement) || null : null;
  if (title !== null && !options.isBookPart) {
    ledger.source(title);
    builder.addText("title", title, { layer: "furniture" });
  }
  const body = find(document, "body");
  if (!body) return title;
  ledger.source(wholeText(body));
  ledger.parser("parse5");
  const boilerplate = options.isRaw ? new Set<DomElement>() : boilerplateOf(body);
  const begun = options.isRaw || !hasFlowHeading(body);
  const imageOf: Page["imageOf"] = (address) =>
    pictures.keep((maxBytes) => dataImage(address, maxBytes) ?? options.readImage?.(address, maxBytes) ?? null);
  walk(body.childNodes, flowOf({ ...pageOf(builder, body, ledger, boilerplate, begun), imageOf }));
  return title;
}

/** Blocks of an HTML fragment (inside Markdown, an e-book's chapter) under `parent`; tells the ledger its texts. */
export function addHtmlFragment(
  builder: DocumentBuilder,
  html: string,
  parent: string | undefined,
  ledger: SourceLedger,
): void {
  const fragment = parseFragment(html, { scriptingEnabled: false });
  checkDepth(fragment);
  ledger.source(wholeText(fragment));
  const page = pageOf(builder, fragment, ledger, new Set(), true);
  walk(fragment.childNodes, { ...flowOf(page), ...(parent !== undefined && { parent }) });
}

const voidTags = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;

/** XHTML may close any element in its opening tag; to an HTML parser such a tag would stay open. */
const openTags = (source: string): string =>
  /^\s*<\?xml\b/.test(source)
    ? source.replace(/<([a-z][\w:-]*)((?:\s[^<>]*?)?)\/>/gi, (tag, name: string, attributes: string) =>
        voidTags.test(name) ? tag : `<${name}${attributes}></${name}>`,
      )
    : source;

function checkDepth(root: DomParent): void {
  if (depthOf(root) > maxDepth) throw new AppError("document_too_complex", "The page is nested too deep.");
}

function pageOf(
  builder: DocumentBuilder,
  root: DomParent,
  ledger: SourceLedger,
  boilerplate: ReadonlySet<DomElement>,
  begun: boolean,
): Page {
  const drop: Page["drop"] = (text, reason) => ledger.drop(text, reason);
  const imageOf = () => undefined;
  return { builder, drop, begun, boilerplate, boxLabels: labelsOf(root), tables: 0, imageOf, walk };
}

const flowOf = (page: Page): Flow => ({ page, isFurniture: false, style: {}, headings: [] });

/** Labels by the id of the tick box they name, where that box is shown. */
function labelsOf(root: DomParent): Map<string, DomElement> {
  const labels = new Map<string, DomElement>();
  const boxes = new Set<string>();
  const visit = (parent: DomParent) => {
    for (const child of parent.childNodes) {
      if (!isElement(child) || isUnseen(child)) continue;
      const named = child.tagName === "label" ? attribute(child, "for") : null;
      if (named !== null && !findWhere(child, isTickBox)) labels.set(named, child);
      if (isTickBox(child)) boxes.add(attribute(child, "id") ?? "");
      visit(child);
    }
  };
  visit(root);
  return new Map([...labels].filter(([id]) => boxes.has(id)));
}
