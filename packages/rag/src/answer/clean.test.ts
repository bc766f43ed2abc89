import { describe, expect, it } from "vitest";
import { cleanAnswer, createAnswerCleaner } from "./clean.ts";

const cleaned: [string, string, string][] = [
  ["a known marker stays", "Deux jours. [1]", "Deux jours. [1]"],
  ["an unknown marker goes", "Deux jours. [1][4] Fin [12] ici.", "Deux jours. [1] Fin ici."],
  ["a list of markers is written one by one", "Oui [1, 3] et [2–3].", "Oui [1][3] et [2][3]."],
  ["an escaped bracket is no marker", "selon \\[9\\]", "selon \\[9\\]"],
  ["tags are dropped, their text stays", "a <b onclick='x'>gras</b> <!-- c --> d", "a gras  d"],
  [
    "a script cannot be put together from the rest",
    "<<b>script>alert(1)<</b>/script>",
    "&lt;script>alert(1)&lt;/script>",
  ],
  ["an unclosed tag is text", "<img src=x onerror=alert(1)", "&lt;img src=x onerror=alert(1)"],
  ["less-than stays", "a < b, 3 <4, x <= y", "a < b, 3 <4, x <= y"],
  ["an image becomes its text", "![logo](https://evil.example/p.png?q=1)", "logo"],
  [
    "a reference image is no image",
    "![logo][r]\n\n[r]: https://evil.example/p.png",
    "[logo][r]\n\n[r] : https://evil.example/p.png",
  ],
  ["a removed tag makes no image", "!<b>[x](https://a.example)", "! [x](https://a.example)"],
  ["a removed tag makes no link", "[x]<b>(javascript:alert(1))", "[x] (javascript:alert(1))"],
  [
    "https and mailto links stay",
    "[site](https://a.example/x_(y)) [m](mailto:a@b.fr)",
    "[site](https://a.example/x_(y)) [m](mailto:a@b.fr)",
  ],
  ["a link title goes", '[site](https://a.example "t")', "[site](https://a.example)"],
  [
    "other links keep their text",
    "[a](javascript:alert(1)) [b](http://x) [c](data:text/html,x) [d](<javascript:x>)",
    "a b c d",
  ],
  ["a broken link is no link", "[a](java script:x)", "[a] (java script:x)"],
  [
    "a link around a link is no link",
    "[a [b](https://ok.example) c](javascript:x)",
    "[a [b](https://ok.example) c] (javascript:x)",
  ],
  ["an autolink keeps its address", "<https://a.example> <javascript:x>", "https://a.example "],
  ["a marker followed by a parenthesis stays one", "Oui [1](annexe).", "Oui [1] (annexe)."],
  ["control and bidi characters go", "a\u0000b\u202ec\u001b[31m", "abc[31m"],
  ["a control character keeps no tag from being seen", "<\u000bscript>a</\u000cscript> <\u202eimg src=x>b", "a b"],
  ["a control character keeps no link from being seen", "[a]\u000b(javascript:x) !\u000c[b](https://a.example)", "a b"],
  ["an unclosed bracket is text", "voir [annexe", "voir [annexe"],
];

describe("cleanAnswer", () => {
  it.each(cleaned)("%s", (_name, text, expected) => expect(cleanAnswer(text, 3)).toBe(expected));

  it.each(cleaned)("gives the same whatever way the text is cut: %s", (_name, text, expected) => {
    for (const size of [1, 2, 3, 5, 7]) {
      const cleaner = createAnswerCleaner(3);
      let shown = "";
      for (let at = 0; at < text.length; at += size) shown += cleaner.push(text.slice(at, at + size));
      expect(shown + cleaner.end()).toBe(expected);
    }
  });

  it("shows plain text at once and holds an unfinished marker", () => {
    const cleaner = createAnswerCleaner(3);
    expect(cleaner.push("Deux jours [")).toBe("Deux jours ");
    expect(cleaner.push("1")).toBe("");
    expect(cleaner.push("] par")).toBe("[1] par");
  });

  it.each([
    ["white space in a link", `[a](${" ".repeat(20_000)}x`],
    ["white space before a link's title", `[a](https://a.example${" ".repeat(20_000)}"`],
    ["openings", "[a](".repeat(5_000)],
    ["plain text", "mot ".repeat(100_000)],
  ])("stays fast over %s", (_name, text) => {
    const startedAt = performance.now();
    cleanAnswer(text, 3);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
