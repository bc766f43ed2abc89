import { describe, expect, it } from "vitest";
import { formatSuivi, parseSuivi } from "./suivi.ts";

const titles = ["Périmètre", "Méthode", "Résultats", "Limites"];
const block = formatSuivi(titles);
const items = block.split("\n").slice(1).join("\n");

describe("parseSuivi", () => {
  it("reads the block a deliverable ends with and takes it off the text", () => {
    expect(parseSuivi(`# Rapport\n\nTexte. [1]\n\n${block}`)).toEqual({
      sections: titles.map((title, index) => ({ id: `S${index + 1}`, title })),
      nearMiss: null,
      body: "# Rapport\n\nTexte. [1]",
    });
  });

  it.each([
    ["CRLF line ends", `Texte.\r\n\r\n${block.replaceAll("\n", "\r\n")}\r\n`],
    ["blank lines after", `Texte.\n\n${block}\n\n  \n`],
    ["no text before", block],
    ["an earlier line SUIVI in the text", `SUIVI\nest un mot.\n\n${block}`],
  ])("accepts %s", (_name, answer) => expect(parseSuivi(answer).sections).toHaveLength(4));

  it.each([4, 5, 6, 7, 8])("reads back every block it can write: %i sections", (count) => {
    const many = Array.from({ length: count }, (_, index) => `Titre ${index + 1}`);
    expect(parseSuivi(`x\n${formatSuivi(many)}`).sections?.map((section) => section.title)).toEqual(many);
  });

  it.each([
    ["blank_after_keyword", `T.\n\nSUIVI\n\n${items}`],
    ["translated_keyword", `T.\n\nFOLLOW-UP\n${items}`],
    ["translated_keyword", `T.\n\n**Seguimiento:**\n\n${items}`],
    ["decorated_keyword", `T.\n\n**SUIVI**\n${items}`],
    ["decorated_keyword", `T.\n\n## SUIVI\n${items}`],
    ["decorated_keyword", `T.\n\nSUIVI :\n${items}`],
    ["decorated_keyword", `T.\n\nSUIVI \n${items}`],
    ["wrong_case", `T.\n\nSuivi\n${items}`],
    ["bad_numbering", `T.\n\n${block.replace("[S3]", "[S4]")}`],
    ["bad_numbering", `T.\n\n${block.replace("[S1]", "[S01]")}`],
    ["too_few", `T.\n\nSUIVI\n[S1] A\n[S2] B\n[S3] C`],
    ["too_few", "T.\n\nSUIVI"],
    ["too_many", `T.\n\nSUIVI\n${Array.from({ length: 9 }, (_, i) => `[S${i + 1}] T`).join("\n")}`],
    ["bad_item", `T.\n\n${block.replace("[S2] ", "[S2]  ")}`],
    ["bad_item", `T.\n\n${block.replace("[S2] Méthode", "[S2]")}`],
    ["bad_item", `T.\n\n${block.replace("[S2]", "- [S2]")}`],
    ["bad_item", `T.\n\n${block.replace("[S1] ", "S1: ")}`],
    ["bad_item", `T.\n\n${block.replace("\n[S3]", "\n\n[S3]")}`],
    ["text_after", `T.\n\n${block}\nVoilà.`],
    ["text_after", `T.\n\n${block}\n\nN’hésitez pas.`],
  ])("names the near miss %s and stores no outline: %j", (nearMiss, answer) =>
    expect(parseSuivi(answer)).toEqual({ sections: null, nearMiss, body: answer }),
  );

  it.each(["", "Une réponse simple. [1]", "SUIVI\ndes travaux : rien à dire.", "Le plan\nest court."])(
    "sees nothing in a text without a block: %j",
    (answer) => expect(parseSuivi(answer)).toEqual({ sections: null, nearMiss: null, body: answer }),
  );

  it("refuses to write a block it could not read back", () => {
    expect(() => formatSuivi(titles.slice(1))).toThrow(RangeError);
    expect(() => formatSuivi([...titles, " "])).toThrow(RangeError);
    expect(parseSuivi(formatSuivi(["a\nb", ...titles])).sections?.[0]?.title).toBe("a b");
  });
});
