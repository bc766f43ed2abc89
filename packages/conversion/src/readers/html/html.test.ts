import { describe, expect, it } from "vitest";
import { convertHere, textFile } from "../../contract/samples.ts";
import { convertFile } from "../../convert.ts";
import { tableGrid } from "../../markdown-export.ts";

const read = (html: string) => convertHere(textFile("a.html", html));
const texts = async (html: string) => (await read(html)).document.texts.map(({ label, text }) => [label, text]);
const layers = async (html: string, layer: string) =>
  (await read(html)).document.texts.filter((item) => item.content_layer === layer).map((item) => item.text);
const grid = async (html: string) => {
  const table = (await read(html)).document.tables[0];
  return table && tableGrid(table);
};

describe("the blocks of a page", () => {
  it("keeps formatting and links as items of an inline group, words whole", async () => {
    const { document } = await read(
      "<p>Un <b>mot</b> et <a href='https://example.org/'>un lien</a>s, <i>L</i>e chat.</p>",
    );
    expect(document.groups.map((group) => group.label)).toEqual(["inline"]);
    expect(document.texts.map(({ text, formatting, hyperlink }) => [text, formatting ?? hyperlink ?? null])).toEqual([
      ["Un", null],
      ["mot", { bold: true }],
      ["et", null],
      ["un liens", "https://example.org/"],
      [",", null],
      ["Le", { italic: true }],
      ["chat.", null],
    ]);
  });
  it("keeps raised ordinals in their word, other raised and lowered characters apart", async () => {
    expect(await texts("<p>Le 1<sup>er</sup> mai du XIX<sup>e</sup> siècle, CO<sub>2</sub></p>")).toEqual([
      ["text", "Le 1er mai du XIXe siècle, CO"],
      ["text", "2"],
    ]);
  });
  it("keeps no address that runs a script", async () => {
    const { document } = await read(
      "<p><a href='javascript:alert(1)'>ici</a> <a href=' JavaScript:x'>là</a></p>" +
        "<p><a href='java&Tab;script:x'>or</a> <a href='&#1;javascript:x'>ni</a> <a href='data:text/html,x'>car</a></p>",
    );
    expect(document.texts.some((item) => item.hyperlink !== undefined)).toBe(false);
  });
  it("nests headings, and what stands below them, by level", async () => {
    const { document } = await read("<h1>A</h1><h2>B</h2><p>b</p><h4>C</h4><h2>D</h2>");
    const parents = document.texts.map((item) => [item.text, item.level ?? 0, item.parent?.$ref]);
    expect(parents).toEqual([
      ["A", 0, "#/body"],
      ["B", 1, "#/texts/0"],
      ["b", 0, "#/texts/1"],
      ["C", 3, "#/groups/0"],
      ["D", 1, "#/texts/0"],
    ]);
  });
  it("hangs a nested list under its item, and joins the paragraphs of one item", async () => {
    const { document } = await read("<ul><li><p>Un</p><p>deux</p><div><ul><li>trois</ul></div></ul>");
    expect(document.texts.map((item) => [item.text, item.parent?.$ref])).toEqual([
      ["Un deux", "#/groups/0"],
      ["trois", "#/groups/1"],
    ]);
    expect(document.groups[1]?.parent?.$ref).toBe("#/texts/0");
  });
  it("numbers an ordered list from its start", async () => {
    const { document } = await read("<ol start=4><li>a<li value=9>b<li>c</ol>");
    expect(document.texts.map((item) => item.marker)).toEqual(["4.", "9.", "10."]);
  });
  it("counts as the list says", async () => {
    const { document } = await read("<ol type=a start=2><li>x<li>y</ol><ol type=I><li>z</ol>");
    expect(document.texts.map((item) => item.marker)).toEqual(["b.", "c.", "I."]);
  });
  it("reads a list of headings as sections", async () => {
    expect(await texts("<ul><li><h3>A</h3><p>a</p></li><li><h3>B</h3></li></ul>")).toEqual([
      ["section_header", "A"],
      ["text", "a"],
      ["section_header", "B"],
    ]);
  });
  it("keeps code as it stands, with its language", async () => {
    const { document } = await read('<pre><code class="language-python">\nif a:\n    b &lt; c\n</code></pre>');
    expect(document.texts.map(({ label, text, code_language: language }) => [label, text, language])).toEqual([
      ["code", "if a:\n    b < c", "Python"],
    ]);
  });
  it("gives an image its alternative text as caption, a figure its own caption", async () => {
    const { document } = await read(
      "<img src='https://example.org/a.png' alt='Un plan'><figure><img alt='vue'><figcaption>Figure 1</figcaption></figure>",
    );
    const captions = document.pictures.map((picture) =>
      picture.captions.map((ref) => document.texts.find((text) => text.self_ref === ref.$ref)?.text),
    );
    expect(captions).toEqual([["Un plan"], ["Figure 1"]]);
    expect(document.pictures[1]?.meta?.description?.text).toBe("vue");
  });
  it("reads a tick box with its label, whichever way they are bound", async () => {
    expect(
      await texts("<input type=checkbox id=a checked><label for=a>Oui</label><label><input type=checkbox> Non</label>"),
    ).toEqual([
      ["checkbox_selected", "Oui"],
      ["checkbox_unselected", "Non"],
    ]);
  });
  it("turns MathML into LaTeX", async () => {
    const math = "<math><mfrac><mi>a</mi><mn>2</mn></mfrac><mo>+</mo><msup><mi>x</mi><mn>10</mn></msup></math>";
    expect(await texts(`<p>${math}</p>`)).toEqual([["formula", "\\frac{a}{2} + x^{10}"]]);
  });
});

describe("the tables of a page", () => {
  it("have their spans as browsers show them", async () => {
    const html =
      "<table><tr><th rowspan=2>Pays<th colspan=2>Effectif<tr><th>2024<th>2025<tr><td>France<td>10<td>12</table>";
    expect(await grid(html)).toEqual([
      ["Pays", "Effectif", "Effectif"],
      ["Pays", "2024", "2025"],
      ["France", "10", "12"],
    ]);
  });
  it("lose the rows that hold nothing but the beginning of a span", async () => {
    const html = "<table><tr><th>An<th>Mois<tr><th rowspan=3>2025<tr><td>mai<tr><td>juin</table>";
    expect(await grid(html)).toEqual([
      ["An", "Mois"],
      ["2025", "mai"],
      ["2025", "juin"],
    ]);
  });
  it("hold lists, links and tables of their own under the cell", async () => {
    const { document } = await read(
      "<table><tr><td>a<td><ul><li>un<li>deux</ul><tr><td><b>gras</b><td><table><tr><td>x<td>y</table></table>",
    );
    const refs = document.tables.map((table) => table.data.table_cells.map((cell) => cell.ref?.$ref ?? null));
    expect(refs[0]).toEqual([null, "#/groups/0", "#/groups/2", "#/groups/3"]);
    expect(document.tables[0]?.data.table_cells.map((cell) => cell.text)).toEqual(["a", "un\ndeux", "gras", "x y"]);
    expect(document.tables[1]?.parent?.$ref).toBe("#/groups/3");
  });
});

describe("what is no content of the page", () => {
  const page =
    "<nav><a href=/>Accueil</a></nav><h1>Titre</h1><p>Texte</p><footer>Mentions</footer><script>alert(1)</script>";
  it("goes to the furniture: menus, footers, what stands before the first heading", async () => {
    expect((await read(page)).markdown).toBe("# Titre\n\nTexte\n");
    expect(await layers(page, "furniture")).toEqual(["Accueil", "Mentions"]);
    expect(await layers("<p>Aller au contenu</p><h1>Titre</h1>", "furniture")).toEqual(["Aller au contenu"]);
  });
  it("does not take in an introduction before the first heading, nor a page of links alone", async () => {
    const introduction =
      "Le conseil municipal s’est réuni le 3 mars pour examiner le budget de l’année. Voici son compte rendu.";
    expect(await layers(`<p>${introduction}</p><h2>Budget</h2>`, "body")).toEqual([introduction, "Budget"]);
    expect(await layers("<nav><ul><li><a href=/a>Un</a><li><a href=/b>Deux</a></ul></nav>", "body")).toEqual([
      "Un",
      "Deux",
    ]);
  });
  it("stays in the body in raw mode", async () => {
    const { markdown } = await convertFile(
      textFile("a.html", page),
      { maxPages: 10, pageImageDpi: 0, htmlMode: "raw" },
      async () => {},
    );
    expect(markdown).toBe("[Accueil](/)\n\n# Titre\n\nTexte\n\nMentions\n");
  });
  it("is left out, and listed, where the page hides it", async () => {
    const { document, conservation } = await read(
      "<p>vu</p><p hidden>un</p><div style='display: none'>deux</div><template>trois</template><noscript>quatre</noscript><select><option>cinq</select>",
    );
    expect(document.texts.map((item) => item.text)).toEqual(["vu"]);
    expect(conservation.losses.map(({ reason, words }) => [reason, words])).toEqual([
      ["hidden", 4],
      ["boilerplate", 1],
    ]);
    expect(conservation.coverage).toBe(1);
  });
  it("does not include what a screen reader alone is kept from, when it is the page itself", async () => {
    const long = "Le texte de la page reste derrière la fenêtre ouverte. ".repeat(6).trim();
    expect(
      await layers(`<main aria-hidden=true><p>${long}</p></main><p>ok <span aria-hidden=true>×</span></p>`, "body"),
    ).toEqual([long, "ok"]);
  });
});

it("believes the page's own charset where the bytes are not UTF-8", async () => {
  const bytes = Buffer.from('<meta charset="koi8-r"><p>\xf0\xf2\xe9\xf7\xe5\xf4</p>', "latin1");
  expect((await convertHere({ filename: "a.html", bytes })).markdown).toBe("ПРИВЕТ\n");
});

it("loses no word of a page that uses all of this", async () => {
  const { conservation } = await read(
    "<title>Titre</title><p>H<sub>2</sub>O et <b>mi</b>lieu</p><dl><dt>T<dd>D<dd>E</dl><details><summary>Plus</summary>ici</details>" +
      "<table><caption>Légende</caption><tr><td>a<td>b<br>c</table><ul><li>x<pre>y z</pre></ul><svg><text>Axe</text></svg><button>Envoyer</button>",
  );
  expect(conservation).toMatchObject({ coverage: 1, missing: 0, losses: [] });
});
