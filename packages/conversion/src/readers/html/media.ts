import { type InlineStyle, plainOf, styleFields } from "../inline-runs.ts";
import { allTexts, attribute, type DomElement, findWhere, isUnseen, unseenReason } from "./dom.ts";
import { type Flow, type Page, place } from "./flow.ts";
import { type InlineContent, runsOf, textOf } from "./inline.ts";

/** Tells the ledger of texts that are left out. */
export function dropUnseen(elements: readonly DomElement[], page: Page): void {
  for (const element of elements) {
    const reason = unseenReason(element);
    if (reason === null || reason === "wordless") continue;
    page.drop(allTexts(element).join("\n"), reason === "choices" ? "boilerplate" : "hidden");
  }
}

/** Tells the ledger of what was left out of running text. */
export function dropFrom(content: InlineContent, page: Page): void {
  dropUnseen(content.unseen, page);
  for (const text of content.duplicates) page.drop(text, "duplicate");
}

export function addImages(images: InlineContent["images"], flow: Flow): void {
  for (const { element, style } of images) addImage(element, style, flow);
}

/** An image with its alternative text as caption; a drawing's own words are its description. Nothing is fetched. */
export function addImage(element: DomElement, style: InlineStyle, flow: Flow): void {
  const { builder } = flow.page;
  const at = place(flow);
  if (element.tagName === "svg") {
    const words = allTexts(element).join(" ").replace(/\s+/g, " ").trim();
    if (words !== "") builder.addPicture({ ...at, description: words });
    return;
  }
  const text = (attribute(element, "alt") ?? "").replace(/\s+/g, " ").trim();
  const captions = text === "" ? [] : [builder.addText("caption", text, { ...at, ...styleFields(style) })];
  builder.addPicture({ ...at, captions, image: imageOf(element, flow) });
}

const imageOf = (image: DomElement, { page }: Flow) => page.imageOf(attribute(image, "src") ?? "");

/** A figure around one image: its caption is the picture's, the alternative text describes it. */
export function addFigure(figure: DomElement, flow: Flow): void {
  const { page } = flow;
  const caption = findWhere(figure, (element) => element.tagName === "figcaption" && !isUnseen(element));
  const inside = (name: string) => findWhere(figure, (element) => element.tagName === name && !isUnseen(element));
  const image = inside("img");
  const onlyImages = figure.childNodes.every((node) => !("tagName" in node) || node === caption || textOf(node) === "");
  if (!image || !onlyImages || caption === null) {
    page.walk(figure.childNodes, flow);
    return;
  }
  const at = place(flow);
  const runs = runsOf(caption, flow.style);
  const styled = runs.find((run) => run.style.hyperlink !== undefined);
  const text = plainOf(runs);
  const captions =
    text === ""
      ? []
      : [page.builder.addText("caption", text, { ...at, ...(styled && { hyperlink: styled.style.hyperlink ?? "" }) })];
  const description = (attribute(image, "alt") ?? "").replace(/\s+/g, " ").trim();
  page.builder.addPicture({ ...at, captions, image: imageOf(image, flow), ...(description !== "" && { description }) });
}

/** A tick box with the label that belongs to it: named by it or around it. */
export function addTickBox(box: DomElement, label: DomElement | null, flow: Flow): void {
  const { builder, boxLabels } = flow.page;
  const named = label ?? boxLabels.get(attribute(box, "id") ?? "") ?? null;
  const text = named ? plainOf(runsOf(named, {})).replace(/\n/g, " ") : "";
  if (text === "") return;
  const isTicked = attribute(box, "checked") !== null;
  builder.addText(isTicked ? "checkbox_selected" : "checkbox_unselected", text, place(flow));
}
