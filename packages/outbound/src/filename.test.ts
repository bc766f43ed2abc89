import { expect, it } from "vitest";
import { filenameOf } from "./filename.ts";

it.each([
  [`attachment; filename="Rapport annuel.pdf"`, "/x", null, "Rapport annuel.pdf"],
  [`attachment; filename="a.txt"; filename*=UTF-8''%C3%89t%C3%A9.pdf`, "/x", null, "Été.pdf"],
  [`attachment; filename="${Buffer.from("Été.pdf").toString("latin1")}"`, "/x", null, "Été.pdf"],
  ["attachment; filename=été.pdf", "/x", null, "été.pdf"],
  [`attachment; filename="../../etc/passwd"`, "/x", null, "passwd"],
  [`attachment; filename="C:\\\\dir\\\\a.txt"`, "/x", null, "a.txt"],
  [`attachment; filename="..."`, "/a.csv", null, "a.csv"],
  [`attachment; filename="a\u202efdp.exe"`, "/x", null, "afdp.exe"],
  [undefined, "/docs/%C3%89t%C3%A9.md", "text/plain", "Été.md"],
  [undefined, "/docs/100%/", null, "100%"],
  [undefined, "/report.php", "text/html", "report.php.html"],
  [undefined, "/report.HTM", "text/html", "report.HTM"],
  [undefined, "/", "text/html", "docs.example.org.html"],
  [undefined, "/dl", "application/pdf", "dl.pdf"],
  [undefined, `/${"x".repeat(500)}.txt`, null, `${"x".repeat(196)}.txt`],
])("%j at %s of type %s is called %s", (disposition, path, type, name) => {
  expect(filenameOf(disposition, new URL(path, "https://docs.example.org"), type)).toBe(name);
});

it("takes no time over a name made to cost some, and cuts no character in two", () => {
  const startedMs = performance.now();
  for (const name of [`x${". ".repeat(8_000)}x`, `${"\u{1f600}".repeat(200)}a.pdf`]) {
    const found = filenameOf(`attachment; filename*=UTF-8''${encodeURIComponent(name)}`, new URL("http://a/b"), null);
    expect(found).not.toMatch(/\p{Cs}/u);
    expect(found.length).toBeLessThanOrEqual(200);
  }
  expect(performance.now() - startedMs).toBeLessThan(100);
});
