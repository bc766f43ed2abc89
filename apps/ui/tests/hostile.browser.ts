import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProduct, type TestProduct } from "../../../tests/support/start-product.ts";
import {
  addDocuments,
  ask,
  awake,
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
