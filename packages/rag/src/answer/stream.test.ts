import { describe, expect, it } from "vitest";
import { createAnswerStream } from "./stream.ts";

const block = "SUIVI\n[S1] Un\n[S2] Deux\n[S3] Trois\n[S4] Quatre";

function run(answer: string, size: number) {
  const stream = createAnswerStream(3);
  let shown = "";
  for (let at = 0; at < answer.length; at += size) shown += stream.push(answer.slice(at, at + size));
  const { text, block } = stream.end();
  return { shown, body: shown + text, block };
}
const sizes = [1, 2, 3, 4, 5, 9, 17, 1_000];

describe("createAnswerStream", () => {
  it.each(sizes)("never shows the final block, cut every %i characters", (size) => {
    const { body, block: found } = run(`# Titre\n\nTexte. [1]\n\n${block}\n\n`, size);
    expect(body).toBe("# Titre\n\nTexte. [1]");
    expect(found).toBe(block);
  });

  it.each([
    "SUIVI des travaux : rien.",
    "SUIVI\ndes travaux",
    "Texte\nSUIVI\n[S1] Un\n[S2] Deux",
    `Texte\n${block}\nEncore du texte.`,
    `Texte\n${block.replace("[S3]", "[S4]")}`,
    "Texte\nSUIVI\n\n[S1] Un\n[S2] Deux\n[S3] Trois\n[S4] Quatre",
    "SUI",
    "Texte\nSUIVI",
    `${block}\n[S5] a\n[S6] a\n[S7] a\n[S8] a\n[S9] a`,
  ])("shows in the end what only looked like one: %j", (answer) => {
    for (const size of sizes) expect(run(answer, size)).toMatchObject({ body: answer, block: null });
  });

  it("shows an earlier look-alike and still finds the block", () => {
    for (const size of sizes) expect(run(`SUIVI\nnon\n\n${block}`, size)).toMatchObject({ body: "SUIVI\nnon", block });
  });

  it("goes on showing as soon as a look-alike is known for one", () => {
    const stream = createAnswerStream(3);
    expect(stream.push("A\nSUIVI")).toBe("A");
    expect(stream.push("\nNon")).toBe("\nSUIVI\nNon");
  });

  it("drops unknown markers and markup while streaming", () => {
    for (const size of sizes) expect(run("Oui [7] <b>bien</b> [2].", size).body).toBe("Oui bien [1].");
  });

  it.each([
    ["blank lines", "\n"],
    ["spaces", " "],
    ["a keyword again and again", "SUIVI\n"],
    ["one endless line", "x"],
    ["list items after a block", "[S1] a\n"],
  ])("stays fast over 20,000 deltas of %s", (_name, delta) => {
    const stream = createAnswerStream(3);
    const startedAt = performance.now();
    stream.push("Texte\nSUIVI\n");
    for (let count = 0; count < 20_000; count++) stream.push(delta);
    stream.end();
    expect(performance.now() - startedAt).toBeLessThan(3_000); // looking at all of it each time took many minutes
  });

  it("still finds the block before and after more white space than it holds", () => {
    const blank = `${"\n".repeat(4_000)}${" ".repeat(4_000)}\n`;
    for (const size of [1, 1_000, 20_000]) {
      const { body, block: found } = run(`Texte${blank}${block}${blank}`, size);
      expect({ body, found }).toEqual({ body: "Texte", found: block });
    }
  });
});

it("numbers citations by first mention, whatever numbers the model knows its sources by", () => {
  for (const deltas of [["Un [2][3]. Deux [1], trois [2]."], ["Un [", "2][3", "]. Deux [1], ", "trois [2]", "."]]) {
    const stream = createAnswerStream(3);
    const text = deltas.map((delta) => stream.push(delta)).join("") + stream.end().text;
    expect(text).toBe("Un [1][2]. Deux [3], trois [1].");
    expect(stream.sources()).toEqual([2, 3, 1]);
  }
});
