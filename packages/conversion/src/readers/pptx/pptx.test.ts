import { describe, expect, it } from "vitest";
import { relationships, slideFile } from "../../contract/office-samples.ts";
import { convertHere } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";

const read = (slides: readonly string[], parts: Record<string, string> = {}) =>
  convertHere({ filename: "a.pptx", bytes: slideFile(slides, parts) });
const emu = (points: number) => points * 12_700;
const frame = (x: number, y: number, width = 100, height = 50) =>
  `<a:xfrm><a:off x="${emu(x)}" y="${emu(y)}"/><a:ext cx="${emu(width)}" cy="${emu(height)}"/></a:xfrm>`;
const paragraph = (text: string, properties = "") => `<a:p>${properties}<a:r><a:t>${text}</a:t></a:r></a:p>`;
const shape = (content: string, { place = "", holder = "", name = "Forme", hidden = "" } = {}) =>
  `<p:sp><p:nvSpPr><p:cNvPr id="2" name="${name}"${hidden}/><p:cNvSpPr/><p:nvPr>${holder}</p:nvPr></p:nvSpPr><p:spPr>${place}</p:spPr><p:txBody><a:bodyPr/>${content}</p:txBody></p:sp>`;
const title = '<p:ph type="title"/>';
const body = '<p:ph idx="1"/>';
const texts = async (slides: readonly string[], parts: Record<string, string> = {}) =>
  (await read(slides, parts)).document.texts.map((text) => [text.label, text.text]);

describe("a slide", () => {
  it("is a page in points, its shapes boxed from the top left, the title first, then line by line", async () => {
    const { document, conservation } = await read([
      shape(paragraph("bas"), { place: frame(50, 300) }) +
        shape(paragraph("droite"), { place: frame(400, 103) }) +
        shape(paragraph("gauche"), { place: frame(50, 100) }) +
        shape(paragraph("sans place")) +
        shape(paragraph("Titre"), { place: frame(50, 400), holder: title }),
    ]);
    expect(document.pages["1"]?.size).toEqual({ width: 720, height: 540 });
    expect(document.texts.map((text) => text.text)).toEqual(["Titre", "gauche", "droite", "bas", "sans place"]);
    expect(document.texts[1]?.prov).toEqual([
      { page_no: 1, bbox: { l: 50, t: 100, r: 150, b: 150, coord_origin: "TOPLEFT" }, charspan: [0, 6] },
    ]);
    expect(document.texts[4]?.prov[0]?.bbox).toMatchObject({ l: 0, t: 0, r: 720, b: 540 });
    expect(conservation.pages.map(({ page, missing }) => [page, missing])).toEqual([[1, 0]]);
  });
  it("places the shapes of a group by the group's own scale", async () => {
    const group =
      `<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="g"/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="${emu(100)}" y="${emu(100)}"/><a:ext cx="${emu(200)}" cy="${emu(200)}"/><a:chOff x="0" y="0"/><a:chExt cx="1000" cy="1000"/></a:xfrm></p:grpSpPr>` +
      shape(paragraph("dedans"), { place: '<a:xfrm><a:off x="500" y="500"/><a:ext cx="100" cy="100"/></a:xfrm>' }) +
      "</p:grpSp>";
    const { document } = await read([group]);
    expect(document.texts[0]?.prov[0]?.bbox).toMatchObject({ l: 200, t: 200, r: 220, b: 220 });
  });
  it("that is hidden, or a hidden shape, shows nothing but loses nothing", async () => {
    const parts = {
      "ppt/slides/slide2.xml": `<p:sld show="0"><p:cSld><p:spTree>${shape(paragraph("caché"))}</p:spTree></p:cSld></p:sld>`,
    };
    const result = await read(
      [shape(paragraph("vu")) + shape(paragraph("masqué"), { hidden: ' hidden="1"' }), ""],
      parts,
    );
    expect(result.document.texts.map((text) => [text.content_layer, text.text])).toEqual([
      ["body", "vu"],
      ["invisible", "caché"],
    ]);
    expect(result.markdown).toBe("vu\n");
    expect(result.conservation.losses).toEqual([{ page: 1, reason: "hidden", words: 1, sample: "masqué" }]);
    expect(result.conservation.coverage).toBe(1);
  });
  it("that is damaged is told; the others are read", async () => {
    const result = await read([shape(paragraph("un")), shape(paragraph("deux"))], {
      "ppt/slides/slide1.xml": "<p:sld><p:cSld",
    });
    expect(result.document.texts.map((text) => text.text)).toEqual(["deux"]);
    expect(result.warnings.map((warning) => warning.code)).toEqual(["document_part_failed"]);
    const all = read([""], { "ppt/slides/slide1.xml": "<p:sld><p:cSld" });
    await expect(all).rejects.toMatchObject({ code: "document_corrupt" });
  });
  it("keeps its footer as furniture", async () => {
    expect(
      await texts([shape(paragraph("Page 3"), { holder: '<p:ph type="sldNum" idx="4"/>' }) + shape(paragraph("x"))]),
    ).toEqual([
      ["page_footer", "Page 3"],
      ["paragraph", "x"],
    ]);
  });
});

describe("lists on slides", () => {
  const inherited = {
    "ppt/slides/_rels/slide1.xml.rels": relationships({ l: ["slideLayout", "../slideLayouts/l.xml"] }),
    "ppt/slideLayouts/l.xml": `<p:sldLayout><p:cSld><p:spTree>${shape("", { holder: body, place: frame(10, 20, 30, 40) })}</p:spTree></p:cSld></p:sldLayout>`,
    "ppt/slideLayouts/_rels/l.xml.rels": relationships({ m: ["slideMaster", "../slideMasters/m.xml"] }),
    "ppt/slideMasters/m.xml":
      `<p:sldMaster><p:cSld><p:spTree>${shape("", { holder: '<p:ph type="body" idx="1"/>' })}</p:spTree></p:cSld>` +
      '<p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char="•"/></a:lvl1pPr><a:lvl2pPr><a:buChar char="–"/></a:lvl2pPr></p:bodyStyle></p:txStyles></p:sldMaster>',
  };
  it("take their bullets and place from layout and master, unless the paragraph says none", async () => {
    const content =
      paragraph("intro", "<a:pPr><a:buNone/></a:pPr>") +
      paragraph("un") +
      paragraph("dessous", '<a:pPr lvl="1"/>') +
      paragraph("deux");
    const { document, markdown } = await read([shape(content, { holder: body })], inherited);
    expect(markdown).toBe("intro\n\n- un\n    - dessous\n- deux\n");
    expect(document.texts[0]?.prov[0]?.bbox).toMatchObject({ l: 10, t: 20, r: 40, b: 60 });
  });
  it("count by their own numbering; a plain box has no bullets", async () => {
    const numbered = (text: string, type: string, start = 1) =>
      paragraph(text, `<a:pPr><a:buAutoNum type="${type}" startAt="${start}"/></a:pPr>`);
    const { document } = await read([
      shape(
        numbered("trois", "arabicParenR", 3) +
          numbered("quatre", "arabicParenR", 3) +
          paragraph("texte") +
          numbered("un", "romanUcPeriod"),
      ),
    ]);
    expect(document.texts.map((text) => [text.label, text.marker])).toEqual([
      ["list_item", "3)"],
      ["list_item", "4)"],
      ["paragraph", undefined],
      ["list_item", "I."],
    ]);
  });
});

describe("frames on slides", () => {
  const graphic = (content: string) =>
    `<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="f"/><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="0" y="0"/><a:ext cx="12700" cy="12700"/></p:xfrm><a:graphic><a:graphicData>${content}</a:graphicData></a:graphic></p:graphicFrame>`;
  it("are tables with their merged cells", async () => {
    const cell = (text: string, attributes = "") => `<a:tc${attributes}><a:txBody>${paragraph(text)}</a:txBody></a:tc>`;
    const { document } = await read([
      graphic(
        `<a:tbl><a:tr>${cell("A", ' gridSpan="2"')}${cell("", ' hMerge="1"')}${cell("B", ' rowSpan="2"')}</a:tr><a:tr>${cell("1")}${cell("2")}${cell("", ' vMerge="1"')}</a:tr></a:tbl>`,
      ),
    ]);
    expect(document.tables[0] && tableGrid(document.tables[0])).toEqual([
      ["A", "A", "B"],
      ["1", "2", "B"],
    ]);
  });
  it("are diagrams, read as lists in the order of their connections", async () => {
    const point = (id: string, text: string) =>
      `<dgm:pt modelId="${id}"><dgm:t>${text && paragraph(text)}</dgm:t></dgm:pt>`;
    const link = (from: string, to: string, order: number) =>
      `<dgm:cxn srcId="${from}" destId="${to}" srcOrd="${order}"/>`;
    const parts = {
      "ppt/slides/_rels/slide1.xml.rels": relationships({ d: ["diagramData", "../diagrams/data1.xml"] }),
      "ppt/diagrams/data1.xml": `<dgm:dataModel><dgm:ptLst>${point("0", "")}${point("2", "second")}${point("1", "premier")}${point("3", "sous premier")}</dgm:ptLst><dgm:cxnLst>${link("0", "2", 1)}${link("0", "1", 0)}${link("1", "3", 0)}${link("3", "1", 0)}</dgm:cxnLst></dgm:dataModel>`,
    };
    const { markdown, conservation } = await read([graphic('<dgm:relIds r:dm="d"/>')], parts);
    expect(markdown).toBe("- premier\n    - sous premier\n- second\n");
    expect(conservation.missing).toBe(0);
  });
});

describe("notes and comments", () => {
  it("stand in the layer of notes, on their slide's page", async () => {
    const parts = {
      "ppt/slides/_rels/slide1.xml.rels": relationships({
        n: ["notesSlide", "../notesSlides/n.xml"],
        c: ["comments", "../comments/c.xml"],
      }),
      "ppt/_rels/presentation.xml.rels": relationships({
        rId1: ["slide", "slides/slide1.xml"],
        a: ["commentAuthors", "commentAuthors.xml"],
      }),
      "ppt/commentAuthors.xml": '<p:cmAuthorLst><p:cmAuthor id="0" name="Anne" initials="A"/></p:cmAuthorLst>',
      "ppt/comments/c.xml":
        '<p:cmLst><p:cm authorId="0" dt="2026-01-01T00:00:00" idx="1"><p:text>À revoir</p:text></p:cm></p:cmLst>',
      "ppt/notesSlides/n.xml": `<p:notes><p:cSld><p:spTree>${shape(paragraph("Dire ceci") + paragraph("puis cela"), { holder: '<p:ph type="body" idx="1"/>' })}${shape(paragraph("1"), { holder: '<p:ph type="sldNum" idx="5"/>' })}</p:spTree></p:cSld></p:notes>`,
    };
    const { document, conservation } = await read([shape(paragraph("x"))], parts);
    expect(document.texts.slice(1).map((text) => [text.content_layer, text.text])).toEqual([
      ["notes", "Dire ceci\npuis cela"],
      ["notes", "[author: Anne (A), time: 2026-01-01T00:00:00]: À revoir"],
    ]);
    expect(document.texts[1]?.prov[0]?.page_no).toBe(1);
    expect(conservation.losses.map((loss) => [loss.reason, loss.sample])).toEqual([["furniture", "1"]]);
  });
});
