import { describe, expect, it } from "vitest";
import { pdfOf } from "../contract/pdf-samples.ts";
import { convertHere, textFile } from "../contract/samples.ts";
import { chunkForIndex } from "./index-profile.ts";
import { sentencesOf } from "./sentences.ts";

const sentences = (text: string) => sentencesOf(text).map(({ start, end }) => text.slice(start, end));

it.each([
  ["closing marks", `Fin.${")".repeat(50_000)}x`],
  ["full stops", `${".".repeat(50_000)}x`],
  ["spaced closers", `Fin.${" »".repeat(25_000)}x`],
])("cuts a text made of %s without going back over it again and again", (_, text) => {
  expect(sentences(text).join("").length).toBeGreaterThan(0);
});

describe("sentences", () => {
  it.each([
    [
      "titles and initials",
      "M. Durand a vu Mme J. Petit. Elle partait.",
      ["M. Durand a vu Mme J. Petit.", "Elle partait."],
    ],
    [
      "legal abbreviations",
      "L’art. 12 (cf. p. 3, p. ex.) s’applique. Le n° 4 aussi.",
      ["L’art. 12 (cf. p. 3, p. ex.) s’applique.", "Le n° 4 aussi."],
    ],
    ["guillemets with their spaces", "Il dit : « Venez. » Puis il part.", ["Il dit : « Venez. »", "Puis il part."]],
    [
      "marks after a no-break space",
      "Pourquoi\u00a0? Parce que\u00a0! Bien.",
      ["Pourquoi\u00a0?", "Parce que\u00a0!", "Bien."],
    ],
    [
      "decimals and dates",
      "Le taux est de 3.5 % le 1.2.2025. Il monte.",
      ["Le taux est de 3.5 % le 1.2.2025.", "Il monte."],
    ],
    [
      "English abbreviations",
      "Use it, e.g. with Dr. Smith, i.e. today. It works.",
      ["Use it, e.g. with Dr. Smith, i.e. today.", "It works."],
    ],
    ["an abbreviation that ends one", "Vis, écrous, etc. Puis on monte.", ["Vis, écrous, etc.", "Puis on monte."]],
    ["a number that opens a line", "3. Couper le courant.\n4. Attendre.", ["3. Couper le courant.", "4. Attendre."]],
  ])("are cut rightly at %s", (_, text, expected) => {
    expect(sentences(text)).toEqual(expected);
  });
});

const chunksOf = async (markdown: string) => chunkForIndex((await convertHere(textFile("a.md", markdown))).document);
const long = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `Phrase numéro ${index} qui dit quelque chose d’assez long pour compter.`,
  ).join(" ");

describe("index chunks", () => {
  it("never cross a heading, and carry the path of those above", async () => {
    const chunks = await chunksOf(
      "# Guide\n\nIntro.\n\n## Un\n\nTexte un.\n\n### Détail\n\nTexte bas.\n\n## Deux\n\nTexte deux.\n",
    );
    expect(chunks.map(({ headingPath, text }) => [headingPath.join(" > "), text])).toEqual([
      ["Guide", "Intro."],
      ["Guide > Un", "Texte un."],
      ["Guide > Un > Détail", "Texte bas."],
      ["Guide > Deux", "Texte deux."],
    ]);
  });

  it("merge small peers under one heading", async () => {
    const chunks = await chunksOf("# T\n\nUn.\n\nDeux.\n\n- a\n- b\n");
    expect(chunks.map((chunk) => chunk.text)).toEqual(["Un.\n\nDeux.\n\na\nb"]);
  });

  it("keep to 1,200 characters, cut on sentences, and overlap by whole sentences", async () => {
    const chunks = await chunksOf(`# T\n\n${long(60)}\n`);
    expect(chunks.length).toBeGreaterThan(3);
    for (const [index, chunk] of chunks.entries()) {
      expect(chunk.text.length).toBeLessThanOrEqual(1_200);
      if (index < chunks.length - 1) expect(chunk.text.length).toBeGreaterThan(700);
      expect(chunk.text).toMatch(/^Phrase.*compter\.$/s);
      const previous = chunks[index - 1];
      if (!previous) continue;
      const shared = sentences(chunk.text).filter((sentence) => previous.text.includes(sentence));
      expect(shared.length).toBeGreaterThan(0);
      expect(shared.join(" ").length).toBeLessThanOrEqual(270);
    }
    for (let index = 0; index < 60; index++)
      expect(chunks.some((chunk) => chunk.text.includes(`numéro ${index} `))).toBe(true);
  });

  it("cut a sentence longer than a chunk at a clause", async () => {
    const chunks = await chunksOf(`${"un membre de phrase, ".repeat(120)}fin.\n`);
    for (const chunk of chunks) expect(chunk.text.length).toBeLessThanOrEqual(1_200);
    expect(chunks.at(-1)?.text.endsWith("fin.")).toBe(true);
  });

  it("split tables by rows and repeat the header in every part", async () => {
    const rows = Array.from({ length: 80 }, (_, index) => `| Ville ${index} | ${index * 10} | une remarque |`);
    const chunks = await chunksOf(`# T\n\n| Ville | Plafond | Remarque |\n|---|---|---|\n${rows.join("\n")}\n`);
    expect(chunks.length).toBeGreaterThan(1);
    for (const chunk of chunks) {
      expect(chunk.isTable).toBe(true);
      expect(chunk.text.length).toBeLessThanOrEqual(1_200);
      expect(chunk.text.startsWith("Ville | Plafond | Remarque\n--- | --- | ---\nVille ")).toBe(true);
    }
    expect(chunks.flatMap((chunk) => chunk.text.split("\n").slice(2))).toHaveLength(80);
  });

  it("keep every cell of a table under its head when others span columns", async () => {
    const html =
      "<table><tr><th rowspan=2>Site</th><th colspan=2>Contrat</th></tr><tr><th>CDI</th><th>CDD</th></tr>" +
      "<tr><td>Nantes</td><td>25</td><td>2</td></tr><tr><td colspan=2>Ensemble</td><td>19</td></tr><tr><td>Cork</td><td colspan=2>aucun</td></tr></table>";
    const [chunk] = chunkForIndex((await convertHere(textFile("a.html", html))).document);
    expect(chunk?.text.split("\n")).toEqual([
      "Site | Contrat",
      "Site | CDI | CDD",
      "--- | --- | ---",
      "Nantes | 25 | 2",
      "Ensemble |  | 19",
      "Cork | aucun",
    ]);
  });

  it("part a list from the paragraph after it", async () => {
    const [chunk] = await chunksOf("# T\n\nIl faut :\n\n- a\n- b\n\nEnsuite.\n");
    expect(chunk?.text).toBe("Il faut :\n\na\nb\n\nEnsuite.");
  });

  it("box every sentence of a PDF on its page, and it alone", async () => {
    const bytes = pdfOf([
      [
        { text: "The first sentence stands here. The second", x: 72, y: 700, size: 12 },
        { text: "goes on in the next line. The third ends it.", x: 72, y: 686, size: 12 },
      ],
    ]);
    const [chunk] = chunkForIndex((await convertHere({ filename: "a.pdf", bytes })).document);
    const quote = "The second goes on in the next line.";
    const start = chunk?.text.indexOf(quote) ?? -1;
    const spans = (chunk?.spans ?? []).filter((span) => span.start < start + quote.length && span.end > start);
    expect(start).toBeGreaterThan(0);
    expect(spans.map((span) => chunk?.text.slice(span.start, span.end))).toEqual([
      "The second",
      "goes on in the next line.",
    ]);
    expect(spans[0]?.box.l).toBeGreaterThan(200);
    expect(spans[1]?.box.l).toBeCloseTo(72, 0);
    expect([chunk?.pageStart, chunk?.pageEnd]).toEqual([1, 1]);
  });

  it("leave page furniture out and tell the language", async () => {
    const html =
      "<nav>Accueil du site</nav><h1>Règlement</h1><p>Les horaires de la mairie sont affichés dans le hall et sur le site.</p>";
    const chunks = chunkForIndex((await convertHere(textFile("a.html", html))).document);
    expect(chunks.map(({ text, language }) => [text, language])).toEqual([
      ["Les horaires de la mairie sont affichés dans le hall et sur le site.", "fr"],
    ]);
  });

  it("give a document of nothing but headings as text", async () => {
    expect((await chunksOf("# Seul titre\n")).map((chunk) => chunk.text)).toEqual(["Seul titre"]);
  });
});

it("reads a heading as long as a file as text, once, and does not repeat it before every passage below", async () => {
  const [long, paragraph] = ["titre ".repeat(2_000), "Un paragraphe assez long pour un passage entier. ".repeat(20)];
  const { document } = await convertHere(textFile("a.md", `# Vrai\n\n## ${long}\n\n${`${paragraph}\n\n`.repeat(30)}`));
  const chunks = chunkForIndex(document);
  expect(chunks.length).toBeGreaterThan(30);
  expect(new Set(chunks.flatMap(({ headingPath }) => headingPath))).toEqual(new Set(["Vrai"]));
  expect(
    chunks
      .map(({ text }) => text)
      .join(" ")
      .match(/titre/g)?.length,
  ).toBeGreaterThanOrEqual(2_000);
});
