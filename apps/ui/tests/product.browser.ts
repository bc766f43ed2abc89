import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProduct, type TestProduct } from "../../../tests/support/start-product.ts";
import {
  accessibilityFaults,
  addDocuments,
  ask,
  awake,
  launchBrowser,
  missingBrowser,
  openSession,
  type Session,
  signIn,
} from "./browser-world.ts";

const samples = resolve(import.meta.dirname, "../../../samples");
const report = "halbran-rapport-annuel-2025.pdf";
const guide = "halbran-guide-teletravail.docx";
const onReport = "Combien de jours les batteries usagées restent-elles dans l’armoire ignifugée ?";
const onGuide = "Combien de jours de télétravail par semaine un salarié à temps plein peut-il prendre ?";
const onTable = "Quel est le plafond de remboursement d’une nuitée d’hôtel à Bruxelles ?";
const unanswerable = "Quels sont les tarifs de la crèche pour les nourrissons ?";

if (missingBrowser) console.warn(`skipped: ${missingBrowser}`);

describe.skipIf(missingBrowser)("the product in a browser", () => {
  let product: TestProduct;
  let browser: Browser;
  let first: Session;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    first = await openSession(browser);
    await signIn(first.page, product.uiUrl, { email: product.adminEmail, password: product.adminPassword });
    await addDocuments(first.page, product.uiUrl, [resolve(samples, report), resolve(samples, guide)]);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  }, 60_000);

  const signedIn = async (options: Parameters<typeof openSession>[1] = {}): Promise<Session> => {
    const session = await openSession(browser, options);
    await signIn(session.page, product.uiUrl, { email: product.adminEmail, password: product.adminPassword });
    return session;
  };
  const isMarkInView = (page: Page) =>
    page
      .getByTestId("marks")
      .locator("rect")
      .first()
      .evaluate((mark) => {
        const { top, bottom, width } = mark.getBoundingClientRect();
        return width > 5 && top >= 0 && bottom <= innerHeight;
      });

  it("answers a question on an uploaded PDF, and the citation opens the page with the words marked", async () => {
    const { page, faults } = first;
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, onReport);
    const answer = page.getByRole("article").last();
    await expect.poll(() => answer.textContent()).toContain("21");
    await answer
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .click();
    const panel = page.getByRole("complementary", { name: /^Source 1/ });
    await panel.getByRole("img", { name: "Page 10, le passage cité est surligné" }).waitFor();
    await expect.poll(() => isMarkInView(page)).toBe(true);

    await panel.getByRole("link", { name: "Ouvrir le document" }).click();
    await page.waitForURL(/\/fr\/documents\/[0-9a-f-]+\?page=10&chunk=/);
    await page.getByRole("img", { name: "Page 10, le passage cité est surligné" }).waitFor();
    await expect.poll(() => isMarkInView(page)).toBe(true);
    await page.getByText(/^10 sur \d+$/).waitFor();

    // The address alone is enough: in a new tab the passage comes from the document, not from this one's memory.
    const fresh = await first.context.newPage();
    await fresh.goto(page.url());
    await expect.poll(() => isMarkInView(fresh)).toBe(true);
    await fresh.close();
    expect(faults).toEqual([]);
  });

  it("shows a document without pages as text, the quote marked", async () => {
    const { page, faults } = first;
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, onGuide);
    await page
      .getByRole("article")
      .last()
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .click();
    await page.getByRole("link", { name: "Ouvrir le document" }).click();
    await page.waitForURL(/\/documents\//);
    await expect.poll(async () => (await page.locator("mark").allTextContents()).join(" ")).toContain("deux jours");
    expect(faults).toEqual([]);
  });

  it("shows a cited row of a table as cells, and marks each of them in the text", async () => {
    const { page, faults } = first;
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, onTable);
    const answer = page.getByRole("article").last();
    await answer.getByText("Étranger · Bruxelles · 128").waitFor();
    await answer
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .click();
    const panel = page.getByRole("complementary", { name: /^Source 1/ });
    await panel.getByRole("cell", { name: "Bruxelles", exact: true }).waitFor();
    await panel.getByRole("link", { name: "Ouvrir le document" }).click();
    await page.getByText(/^13 sur \d+$/).waitFor();
    await page.getByRole("button", { name: "Lire en texte" }).click();
    await expect
      .poll(() => page.locator("mark").allTextContents())
      .toEqual(expect.arrayContaining(["Étranger", "Bruxelles", "128"]));
    expect(await page.locator("mark").allTextContents()).not.toContain("Cork");
    expect(faults).toEqual([]);
  });

  it("says that the documents do not answer, instead of answering", async () => {
    const { page } = first;
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, unanswerable);
    const answer = page.getByRole("article").last();
    await answer.getByText("Rien d’assez proche n’a été trouvé").waitFor();
    expect(await answer.getByRole("button", { name: /^Source/ }).count()).toBe(0);
  });

  it("can be used from sign-in to the cited page with the keyboard alone", async () => {
    const { context, page } = await openSession(browser);
    const keys = page.keyboard;
    const focusedName = () =>
      page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "",
      );
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 60; presses++) {
        if (name.test(await focusedName())) return;
        await keys.press("Tab");
      }
      throw new Error(`Tab never reached ${name}`);
    };
    await page.goto(`${product.uiUrl}/fr/sign-in`);
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("email");
    await keys.type(product.adminEmail);
    await keys.press("Tab");
    await keys.type(product.adminPassword);
    await keys.press("Enter");
    await awake(page, "#question");

    await keys.press("Tab");
    expect(await focusedName()).toBe("Aller au contenu");
    await keys.press("/");
    await keys.type(onReport);
    await keys.press("Enter");
    await page.getByRole("button", { name: "Copier" }).waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo(/^Source 1/);
    await keys.press("Enter");
    const panel = page.getByRole("complementary", { name: /^Source 1/ });
    await panel.waitFor();
    await keys.press("Escape");
    await panel.waitFor({ state: "detached" });
    expect(await focusedName()).toMatch(/^Source 1/);

    await keys.press("Enter");
    await panel.waitFor();
    await tabTo(/Ouvrir le document/);
    await keys.press("Enter");
    await page.getByText(/^10 sur \d+$/).waitFor();
    await keys.press("ArrowRight");
    await page.getByText(/^11 sur \d+$/).waitFor();
    await keys.press("?");
    await page.getByRole("dialog", { name: "Raccourcis clavier" }).waitFor();
    await keys.press("Escape");
    await keys.press("g");
    await keys.press("d");
    await page.waitForURL(/\/fr\/documents$/);
    await context.close();
  });

  it.each([
    { width: 1440, scheme: "light" },
    { width: 1440, scheme: "dark" },
    { width: 390, scheme: "light" },
    { width: 390, scheme: "dark" },
  ] as const)("has no accessibility fault at $width px in the $scheme theme", async (look) => {
    const { context, page, faults } = await signedIn(look);
    const found: Record<string, string[]> = {};
    for (const path of ["assistant", "documents", "admin", "admin/providers", "nowhere"]) {
      await page.goto(`${product.uiUrl}/fr/${path}`);
      await page
        .getByRole("heading", { level: 1 })
        .or(page.getByRole("heading", { name: "Rien à cette adresse" }))
        .first()
        .waitFor();
      await expect.poll(() => page.locator("[aria-busy=true]").count()).toBe(0);
      found[path] = await accessibilityFaults(page);
      for (const alert of await page.getByRole("alert").allTextContents()) if (alert) found[path].push(alert);
    }
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, onReport);
    await page
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .click();
    await page.getByRole("link", { name: "Ouvrir le document" }).waitFor();
    found.answer = await accessibilityFaults(page);
    await page.getByRole("link", { name: "Ouvrir le document" }).click();
    await page.getByText(/^10 sur \d+$/).waitFor();
    found.reader = await accessibilityFaults(page);
    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
    expect(faults).toEqual([]);
    await context.close();
  });

  it("opens the source as a sheet on a phone, and closing it returns to the answer", async () => {
    const { context, page } = await signedIn({ width: 390 });
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, onReport);
    await page
      .getByRole("button", { name: /^Source 1/ })
      .first()
      .tap();
    const sheet = page.getByRole("dialog", { name: /^Source 1/ });
    await expect.poll(() => isMarkInView(page)).toBe(true);
    await sheet.getByRole("button", { name: "Fermer la source" }).tap();
    await sheet.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toMatch(/^Source 1/);
    await context.close();
  });

  it("follows the system's theme, keeps the chosen one from the first byte, and speaks both languages", async () => {
    const { context, page } = await signedIn({ scheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await expect.poll(ground).toBe("rgb(10, 17, 18)");
    await awake(page, "[popover] button");
    await page.getByRole("button", { name: /^Compte de/ }).click();
    await page.getByRole("button", { name: "Claire" }).click();
    await expect.poll(ground).toBe("rgb(242, 245, 243)");
    const html = await (await context.request.get(`${product.uiUrl}/fr/assistant`)).text();
    expect(html).toMatch(/<html[^>]*data-theme="light"/);
    await page.getByRole("link", { name: "English" }).click();
    await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    await context.close();
  });

  it("signs out everywhere: the page asked for next is sign-in, and it leads back", async () => {
    const { context, page } = await signedIn();
    await awake(page, "[popover] button");
    await page.getByRole("button", { name: /^Compte de/ }).click();
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await page.waitForURL(/\/fr\/sign-in$/);
    await page.goto(`${product.uiUrl}/fr/documents?x=1`);
    await page.waitForURL(/\/fr\/sign-in\?next=/);
    await page.getByLabel("Adresse e-mail").fill(product.adminEmail);
    await page.getByLabel("Mot de passe", { exact: true }).fill(product.adminPassword);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.waitForURL(/\/fr\/documents\?x=1$/);
    await context.close();
  });
});
