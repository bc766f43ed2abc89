import { describe, expect, it } from "vitest";
import { convertHere, textFile } from "./contract/samples.ts";
import { createDocumentBuilder, type DocumentBuilder } from "./document-builder.ts";
import { toMarkdown } from "./markdown-export.ts";

const made = (build: (builder: DocumentBuilder) => void, mimetype = ""): string => {
  const builder = createDocumentBuilder("a", { mimetype, binary_hash: 1, filename: "a" });
  build(builder);
  return toMarkdown(builder.document);
};

describe("Markdown", () => {
  it.each([
    [
      "a title and headings by level",
      (b: DocumentBuilder) => {
        b.addText("title", "T");
        b.addText("section_header", "A\nB", { level: 2 });
        b.addText("section_header", "Z", { level: 9 });
      },
      "# T\n\n### A B\n\n###### Z\n",
    ],
    [
      "underscores and HTML marks as themselves",
      (b: DocumentBuilder) => {
        b.addText("text", "a_b <i> & c\\_d ![x](u_v)");
      },
      "a\\_b &lt;i&gt; &amp; c\\_d ![x](u_v)\n",
    ],
    [
      "styles inside a link",
      (b: DocumentBuilder) => {
        const formatting = { bold: true, italic: true, strikethrough: true, underline: true };
        b.addText("text", "mot", { formatting, hyperlink: "https://a.org/x_y" });
      },
      "[~~***mot***~~](https://a.org/x_y)\n",
    ],
    [
      "pieces of one line with a space between",
      (b: DocumentBuilder) => {
        const line = b.addGroup("inline");
        b.addText("text", "voir", { parent: line });
        b.addText("code", "a_b", { parent: line });
        b.addText("formula", "x^2", { parent: line });
      },
      "voir `a_b` $x^2$\n",
    ],
    [
      "code in a fence longer than those in it",
      (b: DocumentBuilder) => void b.addText("code", "```\nx < y\n```"),
      "````\n```\nx < y\n```\n````\n",
    ],
    ["a formula of its own", (b: DocumentBuilder) => void b.addText("formula", "a_1"), "$$a_1$$\n"],
    [
      "boxes ticked and not",
      (b: DocumentBuilder) => {
        b.addText("checkbox_selected", "oui");
        b.addText("checkbox_unselected", "non");
      },
      "- [x] oui\n\n- [ ] non\n",
    ],
    [
      "lists in lists, with the markers Markdown knows and others after a dash",
      (b: DocumentBuilder) => {
        const list = b.addGroup("list");
        const item = b.addText("list_item", "un", { parent: list, marker: "1.", enumerated: true });
        const inner = b.addGroup("list", { parent: item });
        b.addText("list_item", "deux", { parent: inner, marker: "a)" });
        b.addText("list_item", "trois", { parent: inner, marker: "•" });
        b.addText("list_item", "quatre", { parent: list, marker: "2.", enumerated: true });
      },
      "1. un\n    - a) deux\n    - trois\n2. quatre\n",
    ],
    [
      "an item whose line has styles",
      (b: DocumentBuilder) => {
        const item = b.addText("list_item", "", { parent: b.addGroup("list") });
        const line = b.addGroup("inline", { parent: item });
        b.addText("text", "gras", {
          parent: line,
          formatting: { bold: true, italic: false, strikethrough: false, underline: false },
        });
        b.addText("text", "non", { parent: line });
      },
      "- **gras** non\n",
    ],
    [
      "a table under its caption, bars and line ends kept in their cells",
      (b: DocumentBuilder) => {
        const captions = [b.addText("caption", "Liste_1")];
        b.addTable(
          [
            { row: 0, column: 0, columnSpan: 2, text: "a|b" },
            { row: 1, column: 0, text: "c\nd" },
          ],
          { captions },
        );
      },
      "Liste\\_1\n\n| a&#124;b | a&#124;b |\n| - | - |\n| c d |  |\n",
    ],
    [
      "a picture as its caption, its place, its alternative text not",
      (b: DocumentBuilder) => {
        b.addPicture({ captions: [b.addText("caption", "Fig. 1")], description: "Un chat" });
      },
      "Fig. 1\n\n<!-- image -->\n",
    ],
    [
      "the data of a chart in columns",
      (b: DocumentBuilder) => {
        const cells = [
          ["", "Ventes"],
          ["mars", "12"],
          ["mai", "7.5"],
        ];
        b.addPicture({
          chart: {
            kind: "bar_chart",
            cells: cells.flatMap((row, at) => row.map((text, column) => ({ row: at, column, text }))),
          },
        });
      },
      "<!-- image -->\n\nBar chart\n\n|      |   Ventes |\n|------|----------|\n| mars |       12 |\n| mai  |      7.5 |\n",
    ],
    [
      "a line end within a text as a hard break",
      (b: DocumentBuilder) => void b.addText("text", "un\ndeux"),
      "un  \ndeux\n",
    ],
    [
      "furniture and notes not at all",
      (b: DocumentBuilder) => {
        b.addText("page_header", "Entête", { layer: "furniture" });
        b.addText("text", "note", { layer: "notes" });
        b.addText("text", "corps");
      },
      "corps\n",
    ],
    [
      "the name of a sheet over it",
      (b: DocumentBuilder) => {
        b.addTable([{ row: 0, column: 0, text: "x" }], { parent: b.addGroup("sheet", { name: "Été" }) });
      },
      "## Été\n\n| x |\n| - |\n",
    ],
  ])("writes %s", (_, build, expected) => {
    expect(made(build)).toBe(expected);
  });

  it("counts the items of a counted list that have no marker, however long it is", () => {
    const markdown = made((b) => {
      const list = b.addGroup("list");
      for (let item = 0; item < 50_000; item++)
        b.addText("list_item", "x", { parent: list, enumerated: true, marker: "" });
    });
    expect(markdown.endsWith("\n49999. x\n50000. x\n")).toBe(true);
  });

  it("writes comments of slides where they stand, not those of a text document", () => {
    const build = (b: DocumentBuilder) => {
      b.addText("text", "corps");
      const group = b.addGroup("comment_section", { layer: "notes" });
      b.addText("text", "à revoir", { parent: group, layer: "notes" });
    };
    expect(made(build, "application/vnd.openxmlformats-officedocument.presentationml.presentation")).toBe(
      "corps\n\nà revoir\n",
    );
    expect(made(build, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")).toBe("corps\n");
  });

  it("writes each item once, and a table inside a cell as its texts", async () => {
    const html = "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td></tr></table><p>fin</p>";
    const { markdown } = await convertHere(textFile("a.html", html));
    for (const word of ["a", "b", "c", "fin"]) expect(markdown.match(new RegExp(`\\b${word}\\b`, "g"))).toHaveLength(1);
  });
});
