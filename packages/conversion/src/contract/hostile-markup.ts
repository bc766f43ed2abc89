import { type HostileFile, repeated, utf8 } from "./hostile-file.ts";

const words = "Some words stand here";

/** Ten entities, each ten times the one before: 10^10 letters when expanded. */
const entityBomb = (() => {
  const names = Array.from({ length: 10 }, (_, index) => `l${index}`);
  const lines = names.map((name, index) => `<!ENTITY ${name} "${index === 0 ? "ha" : `&l${index - 1};`.repeat(10)}">`);
  return `<!DOCTYPE r [${lines.join("")}]>`;
})();
/** One entity of a megabyte, named a thousand times. */
const longEntity = `<!DOCTYPE r [<!ENTITY a "${"a".repeat(1_000_000)}">]>`;
const outside = (address: string): string =>
  `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "${address}/entity"><!ENTITY % z SYSTEM "${address}/dtd">%z;]>`;

/** What an XML part may declare to do harm, for every format made of XML. */
export const xmlBombs = { entityBomb, outside };

/** Every way a page can ask for something that is not in it. */
export const remoteResources = (trap: string): string =>
  [
    `<img src="${trap}/img.png" srcset="${trap}/set.png 2x" alt="seen">`,
    `<link rel="stylesheet" href="${trap}/style.css"><link rel="prefetch" href="${trap}/next">`,
    `<script src="${trap}/script.js">alert("a script's words")</script>`,
    `<iframe src="${trap}/frame"></iframe><object data="${trap}/object"></object><embed src="${trap}/embed">`,
    `<video src="${trap}/video" poster="${trap}/poster"></video><audio src="${trap}/audio"></audio>`,
    `<style>@import url(${trap}/import.css); p { background: url(${trap}/background.png) }</style>`,
    `<p style="background-image:url(${trap}/inline.png)" onclick="alert(1)">${words}</p>`,
    `<base href="${trap}/"><meta http-equiv="refresh" content="0;url=${trap}/refresh">`,
    `<a href="javascript:alert(1)" ping="${trap}/ping">a link</a><a href="data:text/html,<script>alert(1)</script>">another</a>`,
    `<svg><image href="${trap}/svg.png"/><use href="${trap}/use.svg#a"/><script>alert("svg words")</script></svg>`,
    `<form action="${trap}/form"><input type="image" src="${trap}/input.png"></form>`,
  ].join("\n");

export function hostileMarkup(trap: string): HostileFile[] {
  const of = (
    name: string,
    filename: string,
    text: string | (() => Uint8Array),
    ends: HostileFile["ends"],
    rest: Partial<HostileFile> = {},
  ): HostileFile => ({
    name,
    filename,
    bytes: typeof text === "string" ? () => utf8(text) : text,
    ends,
    ...rest,
  });
  const read = { says: [words], hides: ["a script's words", "svg words", "javascript:"] };
  const html = (body: string): string => `<!doctype html><html><body>${body}</body></html>`;
  const deep = (open: string, close: string, depth: number) => () =>
    repeated(open, depth, "", `${words}${close.repeat(depth)}`);
  return [
    of(
      "XML whose entities grow to 10^10 letters",
      "a.xml",
      `<?xml version="1.0"?>${entityBomb}<r>&l9;</r>`,
      "document_corrupt",
    ),
    of(
      "XML that names one long entity a thousand times",
      "a.xml",
      `<?xml version="1.0"?>${longEntity}<r>${"&a;".repeat(1_000)}</r>`,
      "document_corrupt",
    ),
    of(
      "XML that wants files and addresses",
      "a.xml",
      `<?xml version="1.0"?>${outside(trap)}<r>${words} &x; &y;</r>`,
      "document_corrupt",
    ),
    of("XML a million deep", "a.xml", deep("<a>", "</a>", 1_000_000), "document_too_complex"),
    of(
      "XML of a thousand attributes an element",
      "a.xml",
      `<?xml version="1.0"?><r>${`<a ${Array.from({ length: 1_000 }, (_, index) => `b${index}="1"`).join(" ")}/>`.repeat(30)}${words}</r>`,
      "success",
      { says: [words] },
    ),
    of(
      "SVG with a script and an entity bomb",
      "a.svg",
      `<?xml version="1.0"?>${entityBomb}<svg xmlns="http://www.w3.org/2000/svg"><text>&l9;</text></svg>`,
      "document_corrupt",
    ),
    of(
      "SVG with scripts and remote images",
      "a.svg",
      `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script><image href="${trap}/image.png"/><text>${words}</text></svg>`,
      "success",
      { says: [words] },
    ),
    of("a page of remote resources and scripts", "a.html", html(remoteResources(trap)), "success", read),
    of("a page without a name of remote resources", "page", html(remoteResources(trap)), "success", read),
    of("a page 100,000 elements deep", "a.html", deep("<div>", "</div>", 100_000), "document_too_complex"),
    of("a page of 50,000 nested tables", "a.html", deep("<table><tr><td>", "", 50_000), "document_too_complex"),
    of("a page of 20,000 nested lists", "a.html", deep("<ul><li>", "", 20_000), "document_too_complex"),
    of("a page of 100,000 nested formatting elements", "a.html", deep("<b><i><a>", "", 33_000), "document_too_complex"),
    of("a page of a million unclosed paragraphs", "a.html", () => repeated("<p>", 1_000_000, html(words)), "success", {
      says: [words],
    }),
    of(
      "a table whose cell spans all",
      "a.html",
      html(`<table><tr><td colspan="1000000000" rowspan="1000000000">${words}</td></tr></table>`),
      "success",
      { says: [words] },
    ),
    of(
      "a page with one attribute of ten megabytes",
      "a.html",
      () => repeated("a", 10_000_000, '<p title="', `">${words}</p>`),
      "success",
      { says: [words] },
    ),
    of(
      "a page that names a charset that is none",
      "a.html",
      '<meta charset="x-klingon"><p>Des mots déjà là</p>',
      "success",
      { says: ["Des mots déjà là"] },
    ),
    of("a page that lies about its charset", "a.html", '<meta charset="utf-16"><p>Des mots déjà là</p>', "success", {
      says: ["Des mots déjà là"],
    }),
    of(
      "Markdown of remote images and scripts",
      "a.md",
      `# Title\n\n![seen](${trap}/a.png) [a link](javascript:alert(1))\n\n<img src="${trap}/b.png">\n\n<script>alert("a script's words")</script>\n\n${words}\n\n[r]: ${trap}/reference\n`,
      "success",
      read,
    ),
    of("Markdown of 20,000 nested quotes", "a.md", () => repeated("> ", 20_000, "", words), "document_too_complex"),
    of("Markdown of 1,000 nested lists", "a.md", nestedList(1_000), "document_too_complex", { mayExhaust: true }),
    of("Markdown of 5,000 open brackets", "a.md", () => repeated("[", 5_000, "", words), "success", {
      says: [words],
    }),
    of("Markdown of 2,000 emphases", "a.md", () => repeated("*a **b ", 2_000, "", words), "success", {
      says: [words],
    }),
    of(
      "Markdown of 100,000 backticks",
      "a.md",
      `${Array.from({ length: 1_000 }, (_, index) => "`".repeat(index % 200)).join(" a ")} ${words}`,
      "success",
      { says: [words] },
    ),
    of(
      "AsciiDoc of 1,000 list levels",
      "a.adoc",
      Array.from({ length: 1_000 }, (_, index) => `${"*".repeat(index + 1)} item ${index}`).join("\n"),
      "success",
      { says: ["item 999"] },
    ),
    of(
      "AsciiDoc that includes files and addresses",
      "a.adoc",
      `= Title\n\ninclude::/etc/passwd[]\ninclude::${trap}/include[]\nimage::${trap}/image.png[seen]\nlink:javascript:alert(1)[a link]\n\n${words}\n`,
      "success",
      { says: [words], hides: ["root:x:"] },
    ),
    of(
      "AsciiDoc of 3,000 nested blocks",
      "a.adoc",
      `${Array.from({ length: 3_000 }, (_, index) => "=".repeat(index + 4)).join("\n")}\n${words}\n`,
      "document_too_complex",
    ),
    of(
      "RTF of 200,000 nested groups",
      "a.rtf",
      () => repeated("{\\b ", 200_000, "{\\rtf1 ", `${words}}`),
      "document_too_complex",
    ),
    of(
      "RTF of nested tables and lists without end",
      "a.rtf",
      () =>
        repeated(
          "\\trowd\\itap9999\\cellx1\\intbl a\\nestcell\\nestrow ",
          20_000,
          "{\\rtf1 ",
          `\\pard\\par ${words}\\par}`,
        ),
      "success",
      { says: [words] },
    ),
    of(
      "RTF of binary that claims two gigabytes",
      "a.rtf",
      `{\\rtf1 ${words}\\par{\\pict\\bin2147483647 xx}\\u-99999999999? \\'zz \\fs999999999999}`,
      "success",
      { says: [words] },
    ),
    of(
      "RTF that asks for templates and objects",
      "a.rtf",
      `{\\rtf1{\\*\\template ${trap}/template}{\\field{\\*\\fldinst INCLUDEPICTURE "${trap}/p.png"}{\\fldrslt x}}{\\object\\objautlink\\objupdate{\\*\\objdata 0105}}${words}\\par}`,
      "success",
      { says: [words] },
    ),
    of("JSON a million arrays deep", "a.json", () => repeated("[", 1_000_000), "document_too_complex"),
    of("JSON 100,000 objects deep, closed", "a.json", deepJson(100_000), "document_too_complex"),
    of(
      "JSON of keys that are JavaScript's own",
      "a.json",
      `{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"text":"${words}"}`,
      "success",
      { says: [words] },
    ),
    of(
      "JSON of a number of a million figures",
      "a.json",
      () => repeated("9", 1_000_000, '{"a":', `,"b":"${words}"}`),
      "success",
      { says: [words] },
    ),
    of("a DoclingDocument whose tree is a loop", "a.json", doclingLoop(), "document_corrupt"),
    of("a DoclingDocument of remote images and markup", "a.json", doclingMarkup(trap), "success", { says: [words] }),
  ];
}

const nestedList = (depth: number) => () =>
  utf8(Array.from({ length: depth }, (_, index) => `${"  ".repeat(index)}- item ${index}`).join("\n"));
const deepJson = (depth: number) => () => utf8(`${'{"a":'.repeat(depth)}"${words}"${"}".repeat(depth)}`);

const doclingDocument = (rest: object): string =>
  JSON.stringify({
    schema_name: "DoclingDocument",
    version: "1.10.0",
    name: "hostile",
    furniture: {
      self_ref: "#/furniture",
      children: [],
      content_layer: "furniture",
      name: "_root_",
      label: "unspecified",
    },
    body: {
      self_ref: "#/body",
      children: [{ $ref: "#/texts/0" }],
      content_layer: "body",
      name: "_root_",
      label: "unspecified",
    },
    groups: [],
    pictures: [],
    tables: [],
    key_value_items: [],
    form_items: [],
    pages: {},
    ...rest,
  });
const textItem = (text: string, rest: object = {}): object => ({
  self_ref: "#/texts/0",
  parent: { $ref: "#/body" },
  children: [],
  content_layer: "body",
  label: "text",
  prov: [],
  orig: text,
  text,
  ...rest,
});
const doclingLoop = (): string =>
  doclingDocument({ texts: [textItem(words, { children: [{ $ref: "#/texts/0" }, { $ref: "#/body" }] })] });
const doclingMarkup = (trap: string): string =>
  doclingDocument({
    texts: [
      textItem(`${words} <img src="${trap}/docling.png" onerror="alert(1)">`, { hyperlink: "javascript:alert(1)" }),
    ],
  });
