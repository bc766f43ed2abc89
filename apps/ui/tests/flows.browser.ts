import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  answerWith,
  type ScriptedProvider,
  startProvider,
  startStream,
  streamOf,
} from "../../../tests/support/scripted-provider.ts";
import { startProduct, type TestProduct } from "../../../tests/support/start-product.ts";
import { addDocuments, ask, awake, launchBrowser, missingBrowser, openSession, type Session } from "./browser-world.ts";

const samples = resolve(import.meta.dirname, "../../../samples");
const guide = "halbran-guide-teletravail.docx";
const report = "halbran-rapport-annuel-2025.pdf";
const onGuide = "Combien de jours de télétravail par semaine un salarié à temps plein peut-il prendre ?";
const written = "Un salarié à temps plein peut télétravailler deux jours par semaine [1].";
const notPdf = { name: "faux.pdf", mimeType: "application/pdf", buffer: Buffer.from("ceci n’est pas un PDF") };

describe.skipIf(missingBrowser)("what people do in the dashboard", () => {
  let provider: ScriptedProvider;
  let product: TestProduct;
  let browser: Browser;
  let session: Session;

  beforeAll(async () => {
    provider = await startProvider();
    [product, browser] = await Promise.all([
      startProduct({ environment: { PROVIDER_PRIVATE_HOSTS: `127.0.0.1:${provider.port}` } }),
      launchBrowser(),
    ]);
    session = await openSession(browser);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await provider?.close();
  }, 60_000);

  const openDocuments = async (page: Page) => {
    await page.goto(`${product.uiUrl}/fr/documents`);
    await awake(page, "input[type=file]");
    return page.locator("input[type=file]");
  };
  const newConversation = async (page: Page) => {
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await awake(page, "#question");
  };
  const rowOf = (page: Page, name: string) => page.getByRole("listitem").filter({ hasText: name });

  it("opens nothing before a password that must be changed is changed", async () => {
    const { page } = session;
    const account = { email: "flows@example.org", password: "choisi par quelqu’un d’autre" };
    const created = await fetch(`${product.apiUrl}/api/admin/users`, {
      method: "POST",
      headers: { authorization: `Bearer ${product.adminApiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ ...account, name: "Flora", role: "admin", must_change_password: true }),
    });
    expect(created.status).toBe(201);
    await page.goto(`${product.uiUrl}/fr/sign-in`);
    await page.getByLabel("Adresse e-mail").fill(account.email);
    await page.getByLabel("Mot de passe", { exact: true }).fill(account.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    const forced = page.getByRole("heading", { name: "Choisissez votre mot de passe" });
    await forced.waitFor();
    for (const path of ["documents", "admin/providers", "assistant"]) {
      await page.goto(`${product.uiUrl}/fr/${path}`);
      await forced.waitFor();
      expect(await page.getByRole("navigation").count()).toBe(0);
    }
    await awake(page, "form");
    const chosen = `${account.password} neuf`;
    const fill = async (current: string, first: string, second: string) => {
      await page.getByLabel("Mot de passe actuel").fill(current);
      await page.getByLabel("Nouveau mot de passe", { exact: true }).fill(first);
      await page.getByLabel("Nouveau mot de passe, encore une fois").fill(second);
      await page.getByRole("button", { name: "Changer le mot de passe" }).click();
    };
    await fill(account.password, chosen, `${chosen}!`);
    await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
    await fill("pas le bon mot de passe", chosen, chosen);
    await page.getByRole("alert").filter({ hasText: "actuel" }).waitFor();
    await fill(account.password, chosen, chosen);
    await page.getByLabel("Votre question").waitFor();
  });

  it("asks a section of a summary when its chip is chosen", async () => {
    const { page, faults } = session;
    await addDocuments(page, product.uiUrl, [resolve(samples, guide), resolve(samples, report)]);
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await ask(page, "Résume le guide du télétravail");
    const summary = page.getByRole("article").first();
    const sections = summary.getByRole("region", { name: "Aller plus loin" }).getByRole("button");
    const titles = await sections.allTextContents();
    expect(titles.length).toBeGreaterThanOrEqual(4);
    expect(titles.length).toBeLessThanOrEqual(8);
    expect(await summary.textContent()).not.toContain("SUIVI");
    const headings = await summary.getByRole("heading", { level: 3 }).allTextContents();
    for (const title of titles) expect(headings).toContain(title);

    const chosen = titles.findIndex((title) => title.includes("Matériel"));
    expect(chosen, titles.join(", ")).toBeGreaterThanOrEqual(0);
    await sections.nth(chosen).click();
    const detail = page.getByRole("article").nth(1).and(page.locator("[aria-busy=false]"));
    await detail.waitFor({ timeout: 60_000 });
    expect(await detail.getByRole("heading", { level: 2 }).textContent()).toBe(titles[chosen]);
    expect(
      await detail.getByRole("button", { name: /^Source \d/ }).count(),
      (await detail.textContent()) ?? "",
    ).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });

  it("fetches the picture of a page once, though it is shown large and in the strip", async () => {
    const { page, context } = session;
    const fetched: string[] = [];
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    devtools.on("Network.responseReceived", ({ response }) => {
      if (/\/pages\/\d+\.png$/.test(response.url) && !response.fromDiskCache) fetched.push(response.url);
    });
    await openDocuments(page);
    await page.getByRole("link", { name: /Rapport annuel/ }).click();
    await page.getByText(/^1 sur \d+$/).waitFor();
    const first = page.locator("main img[src$='/pages/1.png']");
    await expect
      .poll(() => first.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth > 0)))
      .toEqual([true, true]);
    await page.getByRole("button", { name: "Page suivante" }).click();
    await page.getByText(/^2 sur \d+$/).waitFor();
    expect(fetched.length).toBeGreaterThan(0);
    expect(new Set(fetched).size).toBe(fetched.length);
    await devtools.detach();
  });

  it("shows why a file could not be read, tries again when asked, and deletes after a second word", async () => {
    const { page } = session;
    await (await openDocuments(page)).setInputFiles([notPdf]);
    const reason = "Le contenu du fichier ne correspond pas à son extension.";
    await page
      .getByRole("region", { name: "Fichiers en cours d’ajout" })
      .getByText(reason)
      .waitFor({ timeout: 60_000 });

    await openDocuments(page); // a new visit: the list knows by itself
    const row = rowOf(page, notPdf.name);
    await row.getByText(reason).waitFor();
    await row.getByText("Échec").waitFor();
    const [retried] = await Promise.all([
      page.waitForResponse((response) => /\/jobs\/[^/]+\/retry$/.test(response.url())),
      row.getByRole("button", { name: "Réessayer faux" }).click(),
    ]);
    expect(retried.ok()).toBe(true);
    await row.getByText("Échec").waitFor({ timeout: 60_000 });
    await row.getByText(reason).waitFor();

    const askToDelete = row.getByRole("button", { name: "Supprimer faux" });
    await askToDelete.click();
    const dialog = page.getByRole("dialog", { name: "Supprimer ce document ?" });
    await dialog.getByRole("button", { name: "Le garder" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await row.count()).toBe(1);
    await askToDelete.click();
    await dialog.getByRole("button", { name: "Supprimer", exact: true }).click();
    const receipt = page.getByRole("dialog", { name: "Document supprimé" });
    await receipt.getByRole("button", { name: "Terminé" }).click();
    await row.waitFor({ state: "detached" });
    await page.reload();
    await rowOf(page, guide).waitFor();
    expect(await row.count()).toBe(0);
  });

  it("stops sending a file when told to, and leaves nothing of it behind", async () => {
    const { page } = session;
    const input = await openDocuments(page);
    await page.route(
      (url) => url.origin !== new URL(product.uiUrl).origin,
      (route) => (route.request().method() === "PUT" ? undefined : route.continue()), // the store never answers
    );
    const name = "jamais-envoye.txt";
    const sending = page.waitForRequest((request) => request.method() === "PUT");
    await input.setInputFiles([{ name, mimeType: "text/plain", buffer: Buffer.from("Un texte qui n’arrive pas.") }]);
    await sending;
    const tray = page.getByRole("region", { name: "Fichiers en cours d’ajout" });
    const removed = page.waitForResponse((response) => response.request().method() === "DELETE");
    await tray.getByRole("button", { name: `Annuler ${name}` }).click();
    await tray.getByText("Annulé").waitFor();
    expect((await removed).status()).toBe(204);
    await page.unrouteAll();
    await openDocuments(page);
    await rowOf(page, guide).waitFor();
    expect(await rowOf(page, name).count()).toBe(0);
  });

  it("lets a provider answer where its egress is approved and nowhere else, until it is removed", async () => {
    const { page, faults } = session;
    provider.script = answerWith(written);
    await page.goto(`${product.uiUrl}/fr/admin/providers`);
    await page.getByRole("button", { name: "Ajouter un fournisseur" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Ajouter un fournisseur" });
    await dialog.getByLabel("Type").selectOption("openai_compatible");
    await dialog.getByLabel("Nom", { exact: true }).fill("maison");
    await dialog.getByLabel("Adresse").fill(provider.baseUrl);
    await dialog.getByLabel("Modèles").fill("m1");
    await dialog.getByRole("button", { name: "Ajouter", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "maison" }) });

    await card.getByRole("button", { name: "Tester" }).click();
    await card.getByText(/^Le fournisseur a répondu en/).waitFor();
    await card.getByLabel("Modèle qui répond aux questions").selectOption("m1");
    await expect.poll(() => card.getByLabel("Modèle qui répond aux questions").isEnabled()).toBe(true);

    const answeredBy = async () => {
      await newConversation(page);
      await ask(page, onGuide);
      return page.getByRole("article").last().textContent();
    };
    const asked = provider.calls.length;
    expect(await answeredBy()).toContain("un administrateur doit d’abord l’approuver à la page Fournisseurs");
    expect(provider.calls.length).toBe(asked); // nothing has left

    await page.goto(`${product.uiUrl}/fr/admin/providers`);
    const approval = page.getByRole("checkbox", { name: /^Approuver maison pour/ });
    await approval.check();
    await expect.poll(() => approval.isEnabled()).toBe(true);
    await page.reload();
    await expect.poll(() => approval.isChecked()).toBe(true);
    expect(await answeredBy()).toContain("Un salarié à temps plein peut télétravailler deux jours par semaine");

    await page.goto(`${product.uiUrl}/fr/admin/providers`);
    await card.getByRole("button", { name: "Retirer" }).click();
    await page.getByRole("dialog", { name: "Retirer maison ?" }).getByRole("button", { name: "Retirer" }).click();
    await card.waitFor({ state: "detached" });
    expect(await answeredBy()).not.toContain("télétravailler deux jours");
    expect(faults).toEqual([]);
  });

  it("stops an answer in the middle: what was written stays, and the model is told", async () => {
    const { page, faults } = session;
    provider.script = answerWith("ok");
    await page.goto(`${product.uiUrl}/fr/admin/providers`);
    await page.getByRole("button", { name: "Ajouter un fournisseur" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Ajouter un fournisseur" });
    await dialog.getByLabel("Type").selectOption("openai_compatible");
    await dialog.getByLabel("Nom", { exact: true }).fill("lent");
    await dialog.getByLabel("Adresse").fill(provider.baseUrl);
    await dialog.getByLabel("Où il fonctionne").selectOption("local");
    await dialog.getByLabel("Modèles").fill("m1");
    await dialog.getByLabel("Le premier modèle répond aux questions dès maintenant").check();
    await dialog.getByRole("button", { name: "Ajouter", exact: true }).click();
    await dialog.waitFor({ state: "detached" });

    const events = streamOf(
      "Les salariés à temps plein peuvent prendre jusqu’à deux jours par semaine [1]. Et la suite.",
    );
    provider.script = (response) => {
      startStream(response);
      response.write(events.slice(0, -4).join("")); // and no more: the rest never comes
    };
    await newConversation(page);
    const call = provider.calls.length;
    await page.getByLabel("Votre question").fill(onGuide);
    await page.keyboard.press("Enter");
    const answer = page.getByRole("article").last();
    await answer.getByText("Les salariés à temps plein").waitFor();
    expect(await answer.getAttribute("aria-busy")).toBe("true");
    await page.getByRole("button", { name: "Arrêter la réponse" }).click();
    await answer.getByText("Vous avez arrêté cette réponse.").waitFor();
    expect(await answer.textContent()).toContain("Les salariés à temps plein");
    await provider.aborted(call);

    provider.script = answerWith(written);
    await answer.getByRole("button", { name: "Reposer la question" }).click();
    await expect.poll(() => answer.textContent()).toContain("télétravailler deux jours");
    await answer.getByRole("button", { name: "Copier" }).waitFor();
    expect(faults).toEqual([]);
  });
});
