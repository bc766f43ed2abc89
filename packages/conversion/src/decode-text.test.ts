import { expect, it } from "vitest";
import { decodeHtml, decodeText } from "./decode-text.ts";

it("Windows-1252 keeps the signs that Latin-1 lacks", () => {
  expect(decodeText(Buffer.from("Prix : 12 \x80, d\xe9j\xe0 l\x92\x9cuvre", "latin1"))).toBe(
    "Prix : 12 €, déjà l’œuvre",
  );
  const page = '<meta charset="iso-8859-1"><p>12 \x80 l\x92\xe9t\xe9</p>';
  expect(decodeHtml(Buffer.from(page, "latin1"))).toContain("12 € l’été");
});
