import { codeLanguage } from "../code-language.ts";
import { addHeading, addRuns, plainOf } from "../inline-runs.ts";
import { isProse } from "./boilerplate.ts";
import {
  attribute,
  type DomElement,
  type DomNode,
  findWhere,
  holdsBlock,
  isBlock,
  isElement,
  isTickBox,
  isUnseen,
  verbatim,
} from "./dom.ts";
import { type Flow, flowUnder, place } from "./flow.ts";
import { collectInline, emptyContent, linesOf, runsOf, styleOf, textOf } from "./inline.ts";
import { addDescriptionList, addList } from "./list.ts";
import { addFigure, addImages, addTickBox, dropFrom, dropUnseen } from "./media.ts";
import { addTable } from "./table.ts";

/** Reads nodes as blocks of a flow; inline content between two blocks is one paragraph. */
export function walk(nodes: readonly DomNode[], flow: Flow): void {
  const { page } = flow;
  const labels = new Set(page.boxLabels.values());
  let content = emptyContent(labels);
  const flush = () => {
    dropFrom(content, page);
    const runs = linesOf(content.runs);
    const { images } = content;
    content = emptyContent(labels);
    beginAtProse(runs, flow);
    addRuns(page.builder, runs, place(flow));
    addImages(images, flow);
  };
  for (const node of nodes) {
    if (isElement(node) && labels.has(node)) continue;
    if (isElement(node) && !isUnseen(node) && (isBlock(node) || holdsBlock(node))) {
      flush();
      addBlock(node, { ...flow, style: styleOf(node, flow.style) });
    } else collectInline(node, flow.style, content);
  }
  flush();
}

function beginAtProse(runs: ReturnType<typeof linesOf>, flow: Flow): void {
  if (flow.page.begun || flow.isFurniture || runs.length === 0) return;
  const linked = runs.reduce((sum, run) => sum + (run.style.hyperlink ? run.text.length : 0), 0);
  if (isProse(plainOf(runs), linked)) flow.page.begun = true;
}

function addBlock(element: DomElement, outer: Flow): void {
  const { page } = outer;
  const flow = page.boilerplate.has(element) ? { ...outer, isFurniture: true } : outer;
  const { tagName } = element;
  if (tagName === "main" || tagName === "article") page.begun ||= !flow.isFurniture;
  const heading = /^h([1-6])$/.exec(tagName);
  if (heading) {
    addHeadingBlock(element, Number(heading[1]), flow);
    return;
  }
  switch (tagName) {
    case "ul":
    case "ol":
    case "menu":
    case "dir":
      addList(element, flow);
      break;
    case "dl":
      addDescriptionList(element, flow);
      break;
    case "table":
      addTable(element, flow);
      break;
    case "pre":
      addCode(element, flow);
      break;
    case "figure":
      addFigure(element, flow);
      break;
    case "input":
      addTickBox(element, null, flow);
      break;
    case "label": {
      const box = findWhere(element, (child) => isTickBox(child) && !isUnseen(child));
      if (box) addTickBox(box, element, flow);
      else walk(element.childNodes, flow);
      break;
    }
    case "signature":
    case "stamp":
      // an image in words, as models write it that read scans
      walk(
        element.childNodes,
        flowUnder(flow, page.builder.addPicture({ ...place(flow), chart: { kind: tagName, cells: [] } })),
      );
      break;
    case "details":
      walk(element.childNodes, flowUnder(flow, page.builder.addGroup("section", { ...place(flow), name: "details" })));
      break;
    default:
      walk(element.childNodes, flow);
      break;
  }
}

function addCode(element: DomElement, flow: Flow): void {
  const code = verbatim(element)
    .replace(/^\s*\n/, "")
    .trimEnd();
  if (code === "") return;
  const inner = findWhere(element, (child) => child.tagName === "code");
  const names = [element, ...(inner ? [inner] : [])].flatMap((node) => [
    ...(attribute(node, "class") ?? "").split(/\s+/),
    attribute(node, "data-lang") ?? "",
  ]);
  const language = names.map(codeLanguage).find((name) => name !== "unknown");
  flow.page.builder.addText("code", code, { ...place(flow), ...(language && { codeLanguage: language }) });
  const unseen: DomElement[] = [];
  const visit = (node: DomNode) => {
    if (!isElement(node)) return;
    if (isUnseen(node)) unseen.push(node);
    else for (const child of node.childNodes) visit(child);
  };
  for (const child of element.childNodes) visit(child);
  dropUnseen(unseen, flow.page);
}

/** A heading opens a section at its level; levels skipped on the way down are sections without a heading. */
function addHeadingBlock(element: DomElement, level: number, flow: Flow): void {
  const { page } = flow;
  const content = emptyContent();
  if (textOf(element) === "") {
    walk(element.childNodes, flow); // an image in a heading
    return;
  }
  for (const child of element.childNodes) collectInline(child, flow.style, content);
  dropFrom(content, page);
  const runs = runsOf(element, flow.style);
  if (!flow.isFurniture) page.begun = true;
  flow.headings.length = Math.min(flow.headings.length, level - 1);
  for (let skipped = flow.headings.length; skipped < level - 1; skipped++) {
    const hasParent = flow.headings.some((ref) => ref !== undefined) || skipped > 0;
    flow.headings[skipped] =
      hasParent || level > 1
        ? page.builder.addGroup("section", { ...place(flow), name: `header-${skipped + 1}` })
        : undefined;
  }
  const label = level === 1 ? "title" : "section_header";
  flow.headings[level - 1] = addHeading(page.builder, label, runs, { ...place(flow), level: Math.max(1, level - 1) });
  addImages(content.images, flow);
}
