import type { DocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { addHtmlFragment } from "../html/reader.ts";
import { attribute, child, descendants, elements, path, type XmlElement } from "../xml.ts";

/** The article of a JATS file (ANSI/NISO Z39.96); null for other XML. */
export function isJats(root: XmlElement): XmlElement | null {
  const article = root.name === "article" ? root : elements(root).find((node) => node.name === "article");
  return article && (path(article, "front", "article-meta") || path(article, "front-stub")) ? article : null;
}

/**
 * An article as the page a journal makes of it, by the HTML reader: title, authors, abstract, sections, tables, figures,
 * references. What else the front matter says (journal, dates, licence) is furniture.
 */
export function addJats(builder: DocumentBuilder, article: XmlElement, ledger: SourceLedger): string | null {
  const meta = path(article, "front", "article-meta") ?? child(article, "front-stub");
  const titleGroup = child(meta, "title-group");
  const title = child(titleGroup, "article-title");
  const used = new Set<XmlElement>();
  const parts: string[] = [];
  const take = (element: XmlElement | undefined, html: (element: XmlElement) => string) => {
    if (!element || used.has(element)) return;
    used.add(element);
    parts.push(html(element));
  };
  take(titleGroup, (group) =>
    elements(group)
      .map((node) => (node.name === "article-title" ? `<h1>${inner(node)}</h1>` : `<p>${spaced(node)}</p>`))
      .join(""),
  );
  for (const group of elements(meta ?? article).filter((node) => node.name === "contrib-group"))
    take(group, (node) => {
      const authors = elements(node).filter((contributor) => contributor.name === "contrib");
      const others = elements(node).filter((contributor) => contributor.name !== "contrib");
      return `<p>${authors.map(contributorName).join(", ")}</p>${others.map((other) => `<p>${spaced(other)}</p>`).join("")}`;
    });
  for (const node of meta ? elements(meta).filter((other) => other.name === "aff") : [])
    take(node, (element) => `<p>${spaced(element)}</p>`);
  for (const node of meta ? elements(meta).filter((other) => /abstract$/.test(other.name)) : [])
    take(node, (element) => {
      const hasTitle = child(element, "title") !== undefined;
      return `${hasTitle ? "" : "<h2>Abstract</h2>"}${section(element, 2)}`;
    });
  for (const node of meta ? elements(meta).filter((other) => other.name === "kwd-group") : [])
    take(node, (element) => `<p>${elements(element).map(inner).join(", ")}</p>`);
  for (const name of ["body", "back", "floats-group"]) take(child(article, name), (element) => section(element, 1));
  for (const other of elements(article).filter((node) => ["sub-article", "response"].includes(node.name)))
    take(other, (element) => {
      const heading = descendants(element, "article-title")[0];
      const blocks = ["body", "back"].map((name) => child(element, name)).filter((node) => node !== undefined);
      return `${heading ? `<h2>${inner(heading)}</h2>` : ""}${blocks.map((node) => section(node, 2)).join("")}`;
    });
  // the texts were told by the XML reader, as the file has them
  addHtmlFragment(builder, parts.join("\n"), undefined, { ...ledger, source: () => {} });

  const rest = [
    ...(meta ? elements(meta).filter((node) => !used.has(node)) : []),
    ...elements(child(article, "front") ?? article).filter(
      (node) => node !== meta && node.name !== "front" && !used.has(node),
    ),
  ];
  for (const node of rest) {
    const text = plain(node).replace(/\s+/g, " ").trim();
    if (text !== "") builder.addText("text", text, { layer: "furniture" });
  }
  return title ? plain(title).replace(/\s+/g, " ").trim() || null : null;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark] ?? "&quot;");

const plain = (element: XmlElement): string =>
  element.children.map((node) => (typeof node === "string" ? node : ` ${plain(node)} `)).join("");

/** Content as running HTML. */
const inner = (element: XmlElement): string =>
  element.children.map((node) => (typeof node === "string" ? escaped(node) : inline(node))).join("");

/** Content of an element whose parts are set apart by nothing but their tags. */
const spaced = (element: XmlElement): string =>
  element.children
    .map((node) => (typeof node === "string" ? escaped(node) : inline(node)))
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join(" ");

function contributorName(contributor: XmlElement): string {
  const name = child(contributor, "name");
  if (!name) return spaced(contributor);
  const given = child(name, "given-names");
  const surname = child(name, "surname");
  const parts = [given, surname].flatMap((part) => (part ? [inner(part)] : []));
  const others = [
    ...elements(name).filter((node) => node !== given && node !== surname),
    ...elements(contributor).filter((node) => node !== name),
  ];
  const marks = others.map((node) => (node.name === "xref" ? `<sup>${inner(node)}</sup>` : inline(node)));
  return [parts.join(" "), ...marks].filter((part) => part.trim() !== "").join(" ");
}

const inlineTags: Readonly<Record<string, string>> = {
  bold: "b",
  italic: "i",
  sup: "sup",
  sub: "sub",
  underline: "u",
  strike: "s",
  monospace: "code",
  break: "br",
};

function inline(node: XmlElement): string {
  const tag = inlineTags[node.name];
  if (tag) return tag === "br" ? "<br>" : `<${tag}>${inner(node)}</${tag}>`;
  switch (node.name) {
    case "ext-link":
    case "uri":
      return `<a href="${escaped(attribute(node, "xlink:href") ?? plain(node).trim())}">${inner(node)}</a>`;
    case "xref":
      return `<a href="#${escaped(attribute(node, "rid") ?? "")}">${inner(node)}</a>`;
    case "math":
      return mathml(node);
    case "tex-math":
      return `<math><annotation encoding="application/x-tex">${escaped(plain(node).trim())}</annotation></math>`;
    case "inline-formula":
    case "alternatives":
      return inner(node);
    case "list":
    case "disp-formula":
    case "disp-quote":
    case "table-wrap":
    case "fig":
    case "boxed-text":
    case "code":
    case "preformat":
    case "p":
      return block(node, 6);
    case "element-citation":
    case "mixed-citation":
    case "citation":
      return /\S/.test(node.children.filter((part) => typeof part === "string").join("")) ? inner(node) : spaced(node);
    case "person-group":
    case "name":
    case "string-name":
    case "institution-wrap":
      return spaced(node);
    default:
      return inner(node);
  }
}

const mathml = (node: XmlElement): string =>
  `<${node.name}>${node.children
    .map((part) => (typeof part === "string" ? escaped(part) : mathml(part)))
    .join("")}</${node.name}>`;

/** Blocks of a section whose title is a heading of this level. */
function section(element: XmlElement, level: number): string {
  return elements(element)
    .map((node) => block(node, level))
    .join("\n");
}

const heading = (level: number, html: string): string => {
  const tag = `h${Math.min(6, Math.max(2, level))}`;
  return html.trim() === "" ? "" : `<${tag}>${html}</${tag}>`;
};

function block(node: XmlElement, level: number): string {
  const of = (name: string) => child(node, name);
  const label = of("label");
  const labelled = (html: string) => `${label ? `${inner(label)} ` : ""}${html}`;
  switch (node.name) {
    case "sec":
    case "app":
    case "ack":
    case "notes":
    case "glossary":
    case "boxed-text": {
      const title = of("title");
      const rest = elements(node).filter((other) => other !== title && other !== label);
      const untitled = node.name === "ack" ? "Acknowledgments" : "";
      return `${heading(level + 1, labelled(title ? inner(title) : untitled))}${rest.map((other) => block(other, level + 1)).join("\n")}`;
    }
    case "title":
      return heading(level, inner(node));
    case "p":
      return `<div>${inner(node)}</div>`;
    case "list": {
      const tag = /order|alpha|roman/.test(attribute(node, "list-type") ?? "") ? "ol" : "ul";
      return `<${tag}>${elements(node)
        .map((item) => `<li>${section(item, level)}</li>`)
        .join("")}</${tag}>`;
    }
    case "def-list":
      return `<dl>${elements(node)
        .map((item) =>
          elements(item)
            .map(
              (part) => `<${part.name === "term" ? "dt" : "dd"}>${inner(part)}</${part.name === "term" ? "dt" : "dd"}>`,
            )
            .join(""),
        )
        .join("")}</dl>`;
    case "table-wrap":
      return tableWrap(node);
    case "fig": {
      const rest = elements(node).filter((other) => !["label", "caption", "graphic"].includes(other.name));
      const caption = `${labelled(captionOf(of("caption")))}`;
      return `<figure><img><figcaption>${caption}</figcaption></figure>${rest.map((other) => `<p>${inner(other)}</p>`).join("")}`;
    }
    case "graphic":
    case "media":
      return "<img>";
    case "disp-formula":
      return `<p>${elements(node)
        .map((part) => (part === label ? inner(part) : inline(part)))
        .join(" ")}</p>`;
    case "disp-quote":
      return `<blockquote>${section(node, level)}</blockquote>`;
    case "code":
    case "preformat":
      return `<pre>${escaped(plain(node))}</pre>`;
    case "ref-list": {
      const title = of("title");
      const references = elements(node).filter((other) => other.name === "ref");
      const rest = elements(node).filter((other) => other !== title && other.name !== "ref");
      const items = references.map((reference) => `<li>${spaced(reference)}</li>`).join("");
      return `${heading(level + 1, title ? inner(title) : "References")}${rest.map((other) => block(other, level + 1)).join("")}<ul>${items}</ul>`;
    }
    case "fn-group":
    case "sec-meta":
    case "app-group":
    case "fig-group":
      return section(node, level);
    case "fn":
      return `<div>${elements(node)
        .map((part) => inner(part))
        .join(" ")}</div>`;
    default:
      return `<div>${elements(node).length > 0 && node.children.every((part) => typeof part !== "string" || part.trim() === "") ? section(node, level) : inner(node)}</div>`;
  }
}

const captionOf = (caption: XmlElement | undefined): string => (caption ? elements(caption).map(inner).join(" ") : "");

function tableWrap(node: XmlElement): string {
  const label = child(node, "label");
  const tables = descendants(node, "table");
  const caption = `${label ? `${inner(label)} ` : ""}${captionOf(child(node, "caption"))}`.trim();
  const rest = elements(node).filter(
    (other) => !["label", "caption", "table", "alternatives", "graphic"].includes(other.name),
  );
  const html = tables.map((table, index) => tableHtml(table, index === 0 ? caption : "")).join("");
  const shown = tables.length > 0 ? html : `<p>${caption}</p><img>`;
  return `${shown}${rest.map((other) => block(other, 6)).join("")}`;
}

const tableParts = new Set(["thead", "tbody", "tfoot", "tr", "td", "th"]);

function tableHtml(table: XmlElement, caption: string): string {
  const part = (node: XmlElement): string => {
    if (!tableParts.has(node.name)) return inline(node);
    const spans = ["rowspan", "colspan"].map((name) => {
      const value = attribute(node, name);
      return value === undefined ? "" : ` ${name}="${escaped(value)}"`;
    });
    const content = node.children.map((child) => (typeof child === "string" ? escaped(child) : part(child))).join("");
    return `<${node.name}${spans.join("")}>${content}</${node.name}>`;
  };
  return `<table>${caption === "" ? "" : `<caption>${caption}</caption>`}${elements(table).map(part).join("")}</table>`;
}
