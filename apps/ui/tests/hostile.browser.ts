import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProduct, type TestProduct } from "../../../tests/support/start-product.ts";
import {
  addDocuments,
  ask,
  awake,
  type FilePayload,
  launchBrowser,
  missingBrowser,
  openSession,
  type Session,
  signIn,
} from "./browser-world.ts";

const pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
/** Each would set `window.pwned` or call the trap when anything treats it as markup. */
const attack = (trap: string) =>
  [
    `<img src="${trap}/img" onerror="window.pwned=1">`,
    "<script>window.pwned=1</script>",
    `<svg onload="window.pwned=1"></svg>`,
    `[cliquez](javascript:window.pwned=1)`,
    `![image](${trap}/markdown.png)`,
    `<iframe src="${trap}/frame"></iframe>`,
    `<a href="${trap}/link">ici</a>`,
  ].join(" ");

/** Nothing of the page runs, loads or leads anywhere but to our own pages, `https:` and `mailto:`. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const main = document.querySelector("main") as HTMLElement;
    const handlers = [...main.querySelectorAll("*")].filter((element) =>
      [...element.attributes].some(({ name }) => name.startsWith("on")),
    );
    const links = [...main.querySelectorAll("a[href]"), ...main.querySelectorAll("area[href]")].map(
      (link) => (link as HTMLAnchorElement).href,
    );
    return {
      pwned: "pwned" in window,
      active: main.querySelectorAll("iframe, script, object, embed, form[action], video, audio, link, base, meta")
        .length,
      images: [...main.querySelectorAll("img, image")]
        .map((image) => (image as HTMLImageElement).src)
        .filter((src) => !src.startsWith("blob:") && !src.startsWith(`${location.origin}/`)),
      handlers: handlers.map((element) => element.outerHTML.slice(0, 200)),
      links: links.filter((href) => !/^(?:https|mailto):/.test(href) && !href.startsWith(`${location.origin}/`)),
    };
  });
  expect(found).toEqual({ pwned: false, active: 0, images: [], handlers: [], links: [] });
}

/** Parts that `officeFile` makes a workbook or a Word file of are written here by hand: the UI imports no reader. */
const relations = (targets: readonly string[]): string =>
  `<Relationships>${targets
    .map(
      (target, index) =>
        `<Relationship Id="rId${index + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${target.includes(":") ? "hyperlink" : "worksheet"}" Target="${target}"${target.includes(":") ? ' TargetMode="External"' : ""}/>`,
    )
    .join("")}</Relationships>`;
const namespaces =
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

/** A zip of stored parts: all that an Office file needs. */
function storedZip(parts: Readonly<Record<string, string>>): Buffer {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const data = Buffer.from(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const record = Buffer.alloc(46);
    record.write("PK\x01\x02\x14\0", "latin1");
    fields.copy(record, 6);
    record.writeUInt32LE(offset, 42);
    directory.push(record, Buffer.from(name));
    locals.push(Buffer.from("PK\x03\x04", "latin1"), fields, Buffer.from(name), data);
    offset += 30 + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length / 2, 8);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

/** One document of each kind that can hold markup, links or formulas; each says “mots de <name>”. */
function hostileFiles(trap: string): FilePayload[] {
  const evil = attack(trap);
  const payload = (name: string, content: string | Buffer): FilePayload => ({
    name,
    mimeType: "application/octet-stream",
    buffer: Buffer.from(content as string),
  });
  const mail = `From: "${evil.replaceAll('"', "'")}" <a@example.org>\r\nTo: b@example.org\r\nSubject: Courrier ${evil.replaceAll("\n", " ")}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>Courrier</h1><p onclick="window.pwned=1">mots de courrier</p>${evil}`;
  const cell = (place: string, text: string) => `<c r="${place}" t="inlineStr"><is><t>${escaped(text)}</t></is></c>`;
  const sheet = `<worksheet ${namespaces}><sheetData><row r="1">${cell("A1", `mots de classeur ${evil}`)}<c r="B1" t="str"><f>HYPERLINK("javascript:window.pwned=1","clic")</f><v>clic</v></c><c r="C1" t="str"><f>WEBSERVICE("${trap}/service")</f><v>=cmd|'/c calc'!A1</v></c></row></sheetData><hyperlinks><hyperlink ref="A1" r:id="rId1"/></hyperlinks></worksheet>`;
  const run = (text: string) => `<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r>`;
  const word = `<w:document ${namespaces}><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>${run(`Contrat ${evil}`)}</w:p><w:p>${run("mots de contrat ")}<w:hyperlink r:id="rId1">${run("lien")}</w:hyperlink> <w:hyperlink r:id="rId2">${run("autre lien")}</w:hyperlink></w:p></w:body></w:document>`;
  return [
    payload(
      "page.html",
      `<!doctype html><html><head><title>Page ${escaped(evil)}</title><base href="${trap}/"><link rel="stylesheet" href="${trap}/style.css"><script src="${trap}/s.js"></script><script>window.pwned=1</script></head><body onload="window.pwned=1"><h1>Page</h1><p onmouseover="window.pwned=1">mots de page ${evil}</p><p>${escaped(evil)}</p></body></html>`,
    ),
    payload(
      "dessin.svg",
      `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"><script>window.pwned=1</script><image href="${trap}/svg.png"/><text>mots de dessin ${escaped(evil)}</text></svg>`,
    ),
    payload("courrier.eml", mail),
    payload(
      "classeur.xlsx",
      storedZip({
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": `<workbook ${namespaces}><sheets><sheet name="${escaped("<img src=x>")}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
        "xl/_rels/workbook.xml.rels": relations(["worksheets/sheet1.xml"]),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/worksheets/_rels/sheet1.xml.rels": relations(["javascript:window.pwned=1"]),
      }),
    ),
    payload(
      "contrat.docx",
      storedZip({
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": word,
        "word/_rels/document.xml.rels": relations([
          "javascript:window.pwned=1",
          "data:text/html,<script>window.pwned=1</script>".replaceAll("<", "&lt;"),
        ]),
      }),
    ),
    payload(
      "notice.md",
      `# Notice ${evil}\n\nmots de notice ${evil}\n\n- ${evil}\n\n| a | b |\n|---|---|\n| ${evil} | c |\n`,
    ),
    payload(
      "table.csv",
      `"mots de table","=HYPERLINK(""javascript:window.pwned=1"")"\n"${evil.replaceAll('"', '""')}","@SUM(1)"\n`,
    ),
    payload(`"><img src=x onerror='window.pwned=1'>\u202Efdp.zorglub.txt`, `mots de nom ${evil}`),
  ];
}

describe.skipIf(missingBrowser)("hostile documents", () => {
  let product: TestProduct;
  let browser: Browser;
  let session: Session;
  let trap: Server;
  const sprung: string[] = [];

  beforeAll(async () => {
    trap = createServer((request, response) => {
      sprung.push(request.url ?? "");
      response.end(pixel);
    });
    await new Promise<void>((ready) => trap.listen(0, "127.0.0.1", ready));
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    session = await openSession(browser);
    await signIn(session.page, product.uiUrl, { email: product.adminEmail, password: product.adminPassword });
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    trap?.close();
  }, 60_000);

  it("stay words: in the list, in an answer, beside it and in the reading view", async () => {
    const { page, faults } = session;
    const evil = attack(`http://127.0.0.1:${(trap.address() as AddressInfo).port}`);
    const text = `# Règlement ${evil}\n\nLe délai de rétractation du fournisseur Zorvax est de quarante-deux jours ${evil}\n`;
    const name = `<img src=x onerror="window.pwned=1">&amp;'"zorvax.txt`;
    await addDocuments(page, product.uiUrl, [{ name, mimeType: "text/plain", buffer: Buffer.from(text) }]);
    await page.getByText("zorvax").first().waitFor();

    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, "Quel est le délai de rétractation du fournisseur Zorvax ?");
    const answer = page.getByRole("article").last();
    await expect.poll(() => answer.textContent()).toContain("quarante-deux jours");
    await answer
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .click();
    await page.getByRole("link", { name: "Ouvrir le document" }).click();
    await page.waitForURL(/\/documents\//);
    await page.getByText("quarante-deux jours").first().waitFor();
    await page.getByRole("button", { name: "Détails" }).click();

    expect(await page.evaluate(() => "pwned" in window)).toBe(false);
    expect(await page.locator("main iframe, main script, main img, main a[href^='javascript']").count()).toBe(0);
    expect(sprung).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("of every kind stay words in the reading view, the inspector and the administration", async () => {
    const { page, faults } = session;
    const address = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
    const files = hostileFiles(address);
    const outside: string[] = [];
    const own = new Set([product.uiUrl, product.apiUrl].map((url) => new URL(url).host));
    page.on("request", (request) => {
      const { host, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && !own.has(host) && !isStore(request.url())) outside.push(request.url());
    });
    const isStore = (url: string) => /^http:\/\/127\.0\.0\.1:\d+\//.test(url) && !url.startsWith(address);
    await addDocuments(page, product.uiUrl, files);
    const links = await page.goto(`${product.uiUrl}/fr/documents`).then(async () => {
      await page.locator("main a[href*='/documents/']").first().waitFor();
      const found = await page
        .locator("main a[href*='/documents/']")
        .evaluateAll((anchors) => anchors.map((a) => (a as HTMLAnchorElement).href));
      return [...new Set(found)].filter((href) => /documents\/[0-9a-f-]{36}/.test(href));
    });
    expect(links.length).toBeGreaterThanOrEqual(files.length);
    const seen: string[] = [];
    for (const link of links) {
      await page.goto(link);
      await awake(page, "main button");
      const text = () => page.locator("main").textContent();
      await expect.poll(text, { message: link, timeout: 20_000 }).toMatch(/mots de|quarante-deux/);
      seen.push((await text()) ?? "");
      await expectHarmless(page);
      await page.getByRole("button", { name: "Détails" }).click();
      const panel = page.getByRole("complementary", { name: "À propos de ce document" });
      for (const tab of ["Structure", "Passages", "Qualité"]) {
        await panel.getByRole("tab", { name: tab }).click();
        await panel.getByRole("tabpanel").getByText(/\S/).first().waitFor();
        await expectHarmless(page);
      }
    }
    for (const kind of ["page", "dessin", "courrier", "classeur", "contrat", "notice", "table", "nom"])
      expect(
        seen.some((text) => text.includes(`mots de ${kind}`)),
        kind,
      ).toBe(true);
    await page.goto(`${product.uiUrl}/fr/admin/ingestion`);
    await awake(page, "[role=tab]");
    for (const tab of ["Lots", "Tâches", "Abandons"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByRole("tabpanel").getByText(/\S/).first().waitFor();
      if (tab === "Tâches") await page.getByRole("tabpanel").getByText("zorglub").first().waitFor();
      await expectHarmless(page);
    }
    expect(outside).toEqual([]);
    expect(sprung).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("are refused with a sentence that says what to do", async () => {
    const { page } = session;
    await page.goto(`${product.uiUrl}/fr/documents`);
    const input = page.locator("input[type=file]");
    await awake(page, "input[type=file]");
    await input.setInputFiles([
      { name: "faux.pdf", mimeType: "application/pdf", buffer: Buffer.from("ceci n’est pas un PDF") },
    ]);
    const tray = page.getByRole("region", { name: "Fichiers en cours d’ajout" });
    await tray.getByRole("button", { name: "Réessayer faux.pdf" }).waitFor({ timeout: 60_000 });
    await tray.getByText("Le contenu du fichier ne correspond pas à son extension.").waitFor();
    await tray.getByText("Donnez au fichier l’extension de ce qu’il est vraiment").waitFor();
  });
});

describe("a caller who invents addresses", () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await startProduct();
  }, 600_000);
  afterAll(() => product?.stop(), 60_000);

  it("is throttled at sign-in all the same", async () => {
    const statuses: number[] = [];
    for (let attempt = 1; attempt <= 60 && !statuses.includes(429); attempt++) {
      const address = `203.0.113.${attempt}`;
      const response = await fetch(`${product.uiUrl}/api/auth/login`, {
        method: "POST",
        headers: {
          origin: product.uiUrl,
          "content-type": "application/json",
          "x-forwarded-for": address,
          "x-real-ip": address,
          forwarded: `for=${address}`,
        },
        body: JSON.stringify({ email: `nobody${attempt}@example.org`, password: `not the password ${attempt}` }),
      });
      statuses.push(response.status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.slice(0, -1).every((status) => status === 401)).toBe(true);
  });
});
