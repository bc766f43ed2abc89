import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerWith, json, type ScriptedProvider, startProvider } from "../../../tests/support/scripted-provider.ts";
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

const guide = resolve(import.meta.dirname, "../../../samples/halbran-guide-teletravail.docx");
const question = "Combien de jours de télétravail par semaine un salarié à temps plein peut-il prendre ?";
const written = "Un salarié à temps plein peut télétravailler deux jours par semaine [1].";
const pages = ["providers", "models", "routes", "keys", "limits", "cache", "usage", "guardrails"] as const;

describe.skipIf(missingBrowser)("the gateway's pages, for an administrator", () => {
  let provider: ScriptedProvider;
  let product: TestProduct;
  let browser: Browser;
  let session: Session;
  let administrator: { email: string; password: string };

  beforeAll(async () => {
    provider = await startProvider();
    provider.script = answerWith(written);
    [product, browser] = await Promise.all([
      startProduct({
        environment: { PROVIDER_PRIVATE_HOSTS: `127.0.0.1:${provider.port}`, QUERIES_LOG_STORE_QUESTION: "true" },
      }),
      launchBrowser(),
    ]);
    administrator = { email: product.adminEmail, password: product.adminPassword };
    session = await openSession(browser);
    await signIn(session.page, product.uiUrl, administrator);
    await addDocuments(session.page, product.uiUrl, [guide]);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await provider?.close();
  }, 60_000);

  const open = async (name: (typeof pages)[number], page: Page = session.page) => {
    await page.goto(`${product.uiUrl}/fr/admin/${name}`);
    await page.getByRole("navigation", { name: "Pages de la passerelle" }).waitFor();
    await awake(page, "main nav a");
    return page;
  };
  const newConversation = async (page: Page) => {
    await page.goto(`${product.uiUrl}/fr/assistant`);
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await awake(page, "#question");
  };
  /** A call of an application, as OpenAI's own clients make it. */
  const complete = (key: string, model: string, content = "Bonjour") =>
    fetch(`${product.gatewayUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content }] }),
    });

  it("makes the assistant answer with a model as soon as its provider is added", async () => {
    const page = await open("providers");
    await page.getByRole("button", { name: "Ajouter un fournisseur" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Ajouter un fournisseur" });
    await dialog.getByLabel("Type").selectOption("openai_compatible");
    await dialog.getByLabel("Nom", { exact: true }).fill("Maison !");
    await dialog.getByLabel("Adresse").fill(provider.baseUrl);
    await dialog.getByLabel("Clé d’API").fill("sk-une-cle-secrete");
    await dialog.getByLabel("Modèles").fill("m1");
    await dialog.getByRole("button", { name: "Ajouter", exact: true }).click();
    await dialog.getByText(/^Le nom ne peut contenir que/).waitFor();
    await dialog.getByLabel("Nom", { exact: true }).fill("maison");

    // tried before anything is kept
    provider.script = (response) =>
      json(response, 401, { error: { message: "no", type: "x", code: "invalid_api_key" } });
    await dialog.getByRole("button", { name: "Essayer" }).click();
    await dialog.getByText("La clé est fausse").waitFor();
    provider.script = answerWith(written);
    await dialog.getByRole("button", { name: "Essayer" }).click();
    await dialog.getByText(/^Le fournisseur a répondu en/).waitFor();

    expect(await dialog.getByLabel("Le premier modèle répond aux questions dès maintenant").isChecked()).toBe(true);
    await dialog.getByRole("group", { name: "Services dont le texte" }).getByRole("checkbox").first().check();
    await dialog.getByRole("button", { name: "Ajouter", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "maison/m1 répond maintenant" }).waitFor();
    expect(await page.content()).not.toContain("sk-une-cle-secrete");

    await page.getByRole("link", { name: "Poser une question" }).click();
    await newConversation(page);
    await ask(page, question);
    const call = provider.calls.at(-1) ?? expect.fail("the provider was not asked");
    expect(call.headers.authorization).toBe("Bearer sk-une-cle-secrete");
    expect(await page.getByRole("article").last().textContent()).toContain("télétravailler deux jours par semaine");
  });

  it("keeps a key in use until the provider answers with the new one", async () => {
    const page = await open("providers");
    const card = page.getByRole("listitem", { name: "maison" });
    await card.getByRole("button", { name: "Changer la clé" }).click();
    const dialog = page.getByRole("dialog", { name: "Changer la clé de maison" });
    provider.script = (response) =>
      json(response, 401, { error: { message: "no", type: "x", code: "invalid_api_key" } });
    await dialog.getByLabel("Nouvelle clé").fill("sk-fausse");
    await dialog.getByRole("button", { name: "Essayer et remplacer" }).click();
    await dialog.getByText("L’ancienne clé reste en service.").waitFor();
    provider.script = answerWith(written);
    await dialog.getByLabel("Nouvelle clé").fill("sk-la-suivante");
    await dialog.getByRole("button", { name: "Essayer et remplacer" }).click();
    await dialog.waitFor({ state: "detached" });
    await card.getByText("La nouvelle clé est en service.").waitFor();
    await card.getByRole("button", { name: "Tester" }).click();
    await card.getByText(/^Le fournisseur a répondu en/).waitFor();
    expect(provider.calls.at(-1)?.headers.authorization).toBe("Bearer sk-la-suivante");
  });

  it("charges a model at the price typed in, exactly", async () => {
    const page = await open("models");
    await page.getByText("1 modèle n’a pas de prix").waitFor();
    await page.getByRole("button", { name: "Modifier maison/m1" }).click();
    const dialog = page.getByRole("dialog", { name: "maison/m1" });
    await dialog.getByLabel("Texte lu", { exact: true }).fill("cher");
    await dialog.getByLabel("Texte écrit", { exact: true }).fill("0,60");
    await dialog.getByRole("button", { name: "Enregistrer" }).click();
    await dialog.getByText("Un nombre en dollars est attendu").waitFor();
    await dialog.getByLabel("Texte lu", { exact: true }).fill("0,15");
    await dialog.getByLabel("Longueur lue, en jetons").fill("128000");
    await dialog.getByRole("button", { name: "Enregistrer" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("maison/m1 est enregistré.").waitFor();
    await page.reload();
    await page.getByText(/0,15\s\$ lus · 0,60\s\$ écrits/).waitFor();
    const answer = await fetch(`${product.apiUrl}/api/admin/models`, {
      headers: { authorization: `Bearer ${product.adminApiKey}` },
    });
    const { items } = (await answer.json()) as { items: { full_name: string; prices: object }[] };
    expect(items.find(({ full_name }) => full_name === "maison/m1")?.prices).toMatchObject({
      prompt: "0.00000015",
      completion: "0.0000006",
    });
  });

  it("imports a catalogue after showing what would change, and keeps what was typed by hand", async () => {
    const page = await open("models");
    const priced = (id: string) => ({
      id,
      context_length: 32_000,
      pricing: { prompt: "0.000001", completion: "0.000002" },
    });
    provider.script = (response) => json(response, 200, { data: [priced("m1"), priced("m3")] });
    await page.getByRole("button", { name: "Importer un catalogue" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Voir ce qui changerait" }).click();
    const preview = page.getByRole("dialog", { name: "Ce qui changerait" });
    await preview.getByText("Saisis à la main, gardés").waitFor();
    expect(await preview.getByRole("button", { name: "Importer" }).isDisabled()).toBe(true);
    await preview.getByRole("checkbox", { name: "m3" }).check();
    await preview.getByRole("button", { name: "Importer 1 modèle" }).click();
    const done = page.getByRole("dialog", { name: "Catalogue importé" });
    await done.getByText("1 modèle ajouté, 0 mis à jour.").waitFor();
    await done.getByRole("button", { name: "Terminé" }).click();
    const added = page.getByRole("listitem").filter({ hasText: "maison/m3" });
    await added.getByText(/1,00\s\$ lus · 2,00\s\$ écrits/).waitFor();
    const kept = page.getByRole("listitem").filter({ hasText: "maison/m1" });
    expect(await kept.textContent()).toMatch(/0,15\s\$ lus/);
    provider.script = answerWith(written);
  });

  it("names a route, puts its models in order by the keyboard, and says which is asked first", async () => {
    const add = await fetch(`${product.apiUrl}/api/admin/providers`, {
      method: "POST",
      headers: { authorization: `Bearer ${product.adminApiKey}`, "content-type": "application/json" },
      body: JSON.stringify({
        name: "secours",
        kind: "openai_compatible",
        base_url: provider.baseUrl,
        location: "local",
        models: ["m2"],
      }),
    });
    expect(add.status).toBe(201);
    const page = await open("routes");
    await page.getByRole("button", { name: "Ajouter une route" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Ajouter une route" });
    await dialog.getByLabel("Nom", { exact: true }).fill("fast");
    await dialog.getByLabel("Modèle 1", { exact: true }).selectOption("maison/m1");
    await dialog.getByRole("button", { name: "Ajouter un modèle" }).click();
    await dialog.getByLabel("Modèle 2", { exact: true }).selectOption("secours/m2");
    await dialog.getByLabel("Modèle 2", { exact: true }).press("Alt+ArrowUp");
    expect(await dialog.getByLabel("Modèle 1", { exact: true }).inputValue()).toBe("secours/m2");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("SELECT");
    await dialog.getByRole("button", { name: "Enregistrer" }).click();
    await dialog.waitFor({ state: "detached" });
    const card = page.getByRole("listitem", { name: "fast" });
    await card.getByText("secours/m2").waitFor();
    expect(await card.getByRole("listitem").allTextContents()).toEqual([
      expect.stringContaining("secours/m2"),
      expect.stringContaining("maison/m1"),
    ]);
    expect(await card.getByRole("listitem").first().textContent()).toMatch(/100\s% des appels/);
  });

  let secret = "";
  it("shows a key once, lets it call within its limits, and ends it at once", async () => {
    const page = await open("keys");
    await page.getByRole("button", { name: "Créer une clé" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Créer une clé" });
    await dialog.getByLabel("Nom", { exact: true }).fill("CRM");
    await dialog.getByLabel("Application", { exact: true }).selectOption("aurora_nexus_ui");
    await dialog.getByRole("button", { name: "Ajouter une limite" }).click();
    await dialog.getByLabel("Limite 1", { exact: true }).fill("1000");
    await dialog.getByRole("button", { name: "Créer la clé" }).click();
    const made = page.getByRole("dialog", { name: "La clé CRM est prête" });
    secret = (await made.locator("code").textContent()) ?? "";
    expect(secret).toMatch(/^nxv_/);
    await made.getByRole("button", { name: "Je l’ai copiée" }).click();
    await page
      .getByText("1 000 appels par mois")
      .or(page.getByText(/1\s000 appels par mois/))
      .first()
      .waitFor();
    expect(await page.content()).not.toContain(secret);

    expect((await complete(secret, "secours/m2")).status).toBe(200);
    const key = page.getByRole("listitem").filter({ hasText: "CRM" }).first();
    const words = async () => {
      await page.reload();
      return key.textContent();
    };
    await expect.poll(words, { timeout: 30_000, interval: 500 }).toContain("utilisée le");

    await page.getByRole("button", { name: "Révoquer CRM" }).click();
    await page.getByRole("dialog", { name: "Révoquer CRM ?" }).getByRole("button", { name: "Révoquer" }).click();
    await page.getByText("CRM est révoquée.").waitFor();
    await expect.poll(async () => (await complete(secret, "secours/m2")).status, { timeout: 5_000 }).toBe(401);
  });

  it("sets a limit for everybody, and shows how much of it is used", async () => {
    const page = await open("limits");
    await page.getByRole("button", { name: "Ajouter une limite" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Ajouter une limite" });
    await dialog.getByLabel("Appels au plus").fill("10");
    await dialog.getByRole("button", { name: "Enregistrer" }).click();
    await dialog.waitFor({ state: "detached" });
    const row = page.getByRole("listitem").filter({ hasText: "Toute l’organisation" });
    await row.getByText("0 sur 10").waitFor();
    await newConversation(page);
    await ask(page, "Quel matériel est fourni aux salariés en télétravail ?");
    await open("limits");
    const used = async () => {
      await page.reload();
      return row.getByText(/ sur 10$/).textContent();
    };
    await expect.poll(used, { timeout: 30_000, interval: 500 }).toBe("1 sur 10");

    await row.getByRole("button", { name: /^Modifier/ }).click();
    const edit = page.getByRole("dialog", { name: "Modifier la limite" });
    await edit.getByLabel("Appels au plus").fill("400");
    await edit.getByRole("button", { name: "Enregistrer" }).click();
    await row.getByText("1 sur 400").waitFor();
    await row.getByRole("button", { name: /^Supprimer/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Supprimer", exact: true }).click();
    await row.waitFor({ state: "detached" });
  });

  it("saves when answers are kept, shows one that was, and withdraws it as wrong", async () => {
    const page = await open("cache");
    await page.getByRole("tab", { name: "Règles" }).click();
    const everyone = page.getByRole("form", { name: "Toute l’organisation" });
    await everyone.getByLabel("Quand répondre du cache").selectOption("mixed");
    await everyone.getByLabel("Garder une réponse, en jours").fill("0.5");
    await everyone.getByLabel("Erreurs tolérées, en %").fill("45");
    await everyone.getByRole("button", { name: "Enregistrer" }).click();
    expect(await everyone.getByText(/^Enregistré/).count()).toBe(0); // 20 % at most: the browser says so
    await everyone.getByLabel("Erreurs tolérées, en %").fill("5");
    await everyone.getByRole("button", { name: "Enregistrer" }).click();
    await everyone.getByText(/^Enregistré/).waitFor();

    const asked = "Qui valide les jours de télétravail des salariés ?";
    await newConversation(page);
    await ask(page, asked);
    await open("cache");
    await page.getByRole("tab", { name: "Règles" }).click();
    await expect.poll(() => everyone.getByLabel("Garder une réponse, en jours").inputValue()).toBe("0.5");
    const entries = page.getByRole("tabpanel").getByRole("listitem");
    const kept = async () => {
      await page.getByRole("tab", { name: "Ce qu’il rapporte" }).click();
      await page.getByRole("tab", { name: "Réponses gardées" }).click();
      await page.waitForLoadState("networkidle");
      return entries.count();
    };
    await expect.poll(kept, { timeout: 20_000, interval: 500 }).toBe(1);
    await page.getByLabel("Quelle réponse recevrait cette question").fill(asked);
    await page.keyboard.press("Enter");
    await entries.getByText(/^Serait servie \(ressemblance 1\)/).waitFor();
    await page
      .getByLabel("Quelle réponse recevrait cette question")
      .fill("Qui ne valide pas les jours de télétravail ?");
    await page.keyboard.press("Enter");
    await entries.getByText(/^Écartée/).waitFor();

    await entries.getByRole("button", { name: /^Examiner/ }).click();
    const entry = page.getByRole("dialog", { name: "Une réponse gardée" });
    await entry.getByText("m1", { exact: true }).waitFor();
    await entry.getByRole("button", { name: "Signaler comme fausse" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Signaler comme fausse" }).click();
    await page.getByText("La réponse est retirée et comptée comme fausse.").waitFor();
    await page.getByText("Aucune réponse gardée").waitFor();
    await page.getByRole("tab", { name: "Ce qu’il rapporte" }).click();
    await page.getByText("1 réponse a été signalée comme fausse.").waitFor();
  });

  it("shows calls over time, by model, one by one, and as a file", async () => {
    const page = await open("usage");
    await page.getByRole("heading", { name: "Jour par jour" }).waitFor();
    await page.locator("summary", { hasText: "Voir les chiffres" }).click();
    const table = page.getByRole("table", { name: "Appels" });
    expect(await table.getByRole("columnheader", { name: "m1" }).count()).toBe(1);
    expect(await table.getByRole("row").count()).toBe(8); // seven days and the head
    const names = page.getByRole("region", { name: "Répartition : Modèle" }).getByRole("rowheader");
    expect(await names.allTextContents()).toContain("m2");

    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV des appels" }).click();
    const file = await (await saving).createReadStream();
    let csv = "";
    for await (const part of file) csv += part;
    expect(csv.trim().split("\n").length).toBeGreaterThan(2);
    expect(csv).toContain("m1");
    expect(csv).not.toContain("télétravail");

    await names.getByRole("button", { name: "m2" }).click();
    await page.getByRole("button", { name: /^Modèle : m2/ }).waitFor();
    const calls = page.getByRole("region", { name: "Journal des appels" });
    await calls.getByRole("listitem").first().waitFor();
    expect(await calls.getByText("maison/m1").count()).toBe(0);
    await calls
      .getByRole("button", { name: /^Détails/ })
      .first()
      .click();
    const detail = page.getByRole("dialog", { name: "secours/m2" });
    await detail.getByText("dans vos murs").waitFor();
    await detail.getByRole("button", { name: "Fermer" }).click();
    await page.getByRole("button", { name: /^Modèle : m2/ }).click();
    await expect.poll(() => calls.getByText("maison/m1").count()).toBeGreaterThan(0);
  });

  it("tries guards on a text before they are saved, and then keeps them", async () => {
    const page = await open("guardrails");
    const pii = page.getByRole("region", { name: "Données personnelles" });
    await pii.getByLabel("En cas de découverte").selectOption("mask");
    await page.getByRole("button", { name: "Prendre l’exemple" }).click();
    await page.getByRole("button", { name: "Essayer" }).click();
    await page.getByText("Masqué : le modèle verrait ceci.").waitFor();
    const sent = page.getByRole("region", { name: "Ce que verrait le modèle" });
    expect(await sent.textContent()).not.toContain("jeanne.dupont@example.org");
    expect(await sent.textContent()).not.toContain("06 12 34 56 78");

    const deny = page.getByRole("region", { name: "Mots interdits" });
    await deny.getByLabel("En cas de découverte").selectOption("refuse");
    await deny.getByRole("button", { name: "Ajouter un mot" }).click();
    await deny.getByLabel("Mot ou motif 1").fill("dupont");
    await page.getByRole("button", { name: "Essayer" }).click();
    await page.getByText("Refusé : l’appel n’aurait pas lieu.").waitFor();

    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByText(/^Enregistré\. Les prochains appels/).waitFor();
    await open("guardrails");
    await expect.poll(() => deny.getByLabel("Mot ou motif 1").inputValue()).toBe("dupont");
  });

  it.each([
    { width: 1440, scheme: "light" },
    { width: 390, scheme: "dark" },
  ] as const)("has no accessibility fault at $width px in the $scheme theme", async (look) => {
    const { context, page, faults } = await openSession(browser, look);
    await signIn(page, product.uiUrl, administrator);
    const found: Record<string, string[]> = {};
    for (const name of pages) {
      await open(name, page);
      await page.waitForLoadState("networkidle");
      found[name] = await accessibilityFaults(page);
      for (const alert of await page.getByRole("alert").allTextContents()) if (alert) found[name].push(alert);
    }
    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
    expect(faults).toEqual([]);
    await context.close();
  });
});
