import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProduct, type TestProduct } from "../../../tests/support/start-product.ts";
import {
  accessibilityFaults,
  addDocuments,
  awake,
  type FilePayload,
  launchBrowser,
  missingBrowser,
  openSession,
  type Session,
  signIn,
} from "./browser-world.ts";

const samples = resolve(import.meta.dirname, "../../../samples");
const report = join(samples, "halbran-rapport-annuel-2025.pdf");
const workbook = join(samples, "halbran-budget-2026.xlsx");
const text = (name: string, content: string): FilePayload => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(content),
});

describe.skipIf(missingBrowser)("documents and what became of them", () => {
  let product: TestProduct;
  let browser: Browser;
  let session: Session;
  let administrator: { email: string; password: string };
  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
    administrator = { email: product.adminEmail, password: product.adminPassword };
    session = await openSession(browser);
    await signIn(session.page, product.uiUrl, administrator);
    await addDocuments(session.page, product.uiUrl, [report]);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  }, 60_000);

  const openDocument = async (page: Page, name: RegExp) => {
    await page.goto(`${product.uiUrl}/fr/documents`);
    await page.getByRole("link", { name }).first().click();
    await awake(page, "main button");
    await page.getByRole("button", { name: "Détails" }).click();
    return page.getByRole("complementary", { name: "À propos de ce document" });
  };
  const openAdministration = async (page: Page, tab: string) => {
    await page.goto(`${product.uiUrl}/fr/admin/ingestion`);
    await awake(page, "[role=tab]");
    await page.getByRole("tab", { name: tab }).click();
    return page.getByRole("tabpanel");
  };

  it("shows the structure, the passages and the quality of a document, page by page", async () => {
    const { page, faults } = session;
    const panel = await openDocument(page, /Rapport annuel/);
    await panel.getByRole("tab", { name: "Structure" }).click();
    const heading = panel.getByRole("link", { name: /p\. 13/ }).first();
    await heading.click();
    await page.getByText(/^13 sur 17$/).waitFor();

    await panel.getByRole("tab", { name: "Passages" }).click();
    await panel.getByPlaceholder("Chercher dans les passages").fill("ignifugée");
    await panel.getByText(/^1 sur \d+ passages$/).waitFor();
    await panel.getByRole("link").first().click();
    await page.getByText(/^10 sur 17$/).waitFor();
    expect(await page.locator("main svg rect").count()).toBeGreaterThan(0);

    await panel.getByRole("tab", { name: "Qualité" }).click();
    await panel.getByText("Couverture").first().waitFor();
    expect(await panel.getByRole("row").count()).toBe(18);
    expect(await panel.getByRole("cell", { name: "pdfium" }).count()).toBe(17);
    // arrow keys move between tabs
    await panel.getByRole("tab", { name: "Qualité" }).press("ArrowRight");
    expect(await panel.getByRole("tab", { name: "Versions" }).getAttribute("aria-selected")).toBe("true");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("keeps every version of a document of the same name, and brings an older one back", async () => {
    const { page } = session;
    await addDocuments(page, product.uiUrl, [text("horaires.txt", "Le standard ouvre à huit heures.")]);
    await addDocuments(page, product.uiUrl, [text("horaires.txt", "Le standard ouvre à neuf heures et demie.")]);
    await page.goto(`${product.uiUrl}/fr/documents`);
    await page.getByRole("link", { name: "horaires", exact: true }).waitFor();
    expect(await page.getByRole("link", { name: "horaires", exact: true }).count()).toBe(1);
    const panel = await openDocument(page, /^horaires$/);
    await page.getByText("neuf heures et demie").first().waitFor();
    await panel.getByRole("tab", { name: "Versions" }).click();
    const versions = panel.getByRole("tabpanel").getByRole("listitem");
    await versions.nth(1).waitFor();
    expect(await versions.first().textContent()).toContain("En service");
    await versions.nth(1).getByRole("button", { name: "Rétablir" }).click();
    await panel.getByText("Version 3").waitFor();
    const isBack = async () => {
      await page.reload();
      const words = page.getByText("huit heures").first();
      return words.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(isBack, { timeout: 40_000, interval: 500 }).toBe(true);
  });

  it("makes a link that works once, then no more", async () => {
    const { page } = session;
    const panel = await openDocument(page, /^horaires$/);
    await panel.getByRole("tab", { name: "Liens" }).click();
    await panel.getByLabel("Téléchargements au plus").fill("1");
    await panel.getByRole("button", { name: "Créer un lien" }).click();
    const url = (await panel.getByRole("status").locator("code").textContent()) ?? "";
    const onApi = url.replace(/^https?:\/\/[^/]+/, product.apiUrl);
    const first = await fetch(onApi);
    expect(first.status).toBe(200);
    expect(first.headers.get("content-disposition")).toContain("attachment");
    expect(await first.text()).toContain("huit heures");
    expect((await fetch(onApi)).status).toBe(410);
    await page.reload();
    await awake(page, "main button");
    await page.getByRole("button", { name: "Détails" }).click();
    await panel.getByRole("tab", { name: "Liens" }).click();
    await panel.getByText(/1 téléchargements? sur 1/).waitFor();
    await panel.getByText("Terminé").waitFor();
  });

  it("follows files added together as a batch, and lists jobs", async () => {
    const { page, faults } = session;
    await addDocuments(page, product.uiUrl, [
      text("un.txt", "Premier texte du lot."),
      text("deux.txt", "Deuxième texte du lot."),
      { name: "budget.xlsx", mimeType: "application/octet-stream", buffer: readFileSync(workbook) },
    ]);
    const batches = await openAdministration(page, "Lots");
    const row = batches.getByRole("listitem").filter({ hasText: "3 fichiers" });
    await row.getByText("3 sur 3 prêts").waitFor({ timeout: 30_000 });
    const jobs = await openAdministration(page, "Tâches");
    await jobs.getByRole("link", { name: "budget.xlsx" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await (await openAdministration(page, "Abandons")).getByText("Rien n’a été abandonné").waitFor();
    expect(faults).toEqual([]);
  });

  it("hands over a receipt for what it deleted, and finds it again", async () => {
    const { page } = session;
    await page.goto(`${product.uiUrl}/fr/documents`);
    await page.getByRole("button", { name: "Supprimer deux" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Supprimer", exact: true }).click();
    const receipt = page.getByRole("dialog", { name: "Document supprimé" });
    await receipt.getByText("Tout a été effacé").waitFor();
    await receipt.getByRole("button", { name: "Terminé" }).click();
    const receipts = await openAdministration(page, "Suppressions");
    await receipts.getByText("deux.txt").waitFor();
  });

  it("saves how the documents of a service are read", async () => {
    const { page } = session;
    const settings = await openAdministration(page, "Réglages");
    await settings.getByLabel("Découpage").first().selectOption("docling");
    await settings.getByLabel("Passage le plus long (jetons)").fill("128");
    await settings.getByRole("button", { name: "Enregistrer" }).first().click();
    await settings.getByText(/^Enregistré/).waitFor();
    const again = await openAdministration(page, "Réglages");
    await expect.poll(() => again.getByLabel("Passage le plus long (jetons)").inputValue()).toBe("128");
  });

  it("fits a phone", async () => {
    const phone = await openSession(browser, { width: 390, scheme: "dark" });
    await signIn(phone.page, product.uiUrl, administrator);
    await openAdministration(phone.page, "Lots");
    expect(await accessibilityFaults(phone.page)).toEqual([]);
    await openDocument(phone.page, /Rapport annuel/);
    expect(await accessibilityFaults(phone.page)).toEqual([]);
    await phone.context.close();
  });
});
