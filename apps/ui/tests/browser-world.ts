import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** Null = this machine can run browser tests; otherwise why not. */
export const missingBrowser = executable ? null : "no Chromium on this machine";

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(executable ? { executablePath: executable } : {}),
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export type Session = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Broken policies, uncaught errors: a page must leave this empty. */
  readonly faults: string[];
};

export async function openSession(
  browser: Browser,
  options: { width?: number; scheme?: "light" | "dark"; locale?: string } = {},
): Promise<Session> {
  const width = options.width ?? 1440;
  const isPhone = width < 600;
  const context = await browser.newContext({
    viewport: { width, height: isPhone ? 844 : 900 },
    isMobile: isPhone,
    hasTouch: isPhone,
    colorScheme: options.scheme ?? "light",
    locale: options.locale ?? "fr-FR",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    // A refused call is logged by the browser itself; what we look for is a broken policy or our own error.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      faults.push(message.text());
  });
  return { context, page, faults };
}

/** Waits until React answers for an element: what is done before that to a page just loaded is lost. */
export async function awake(page: Page, selector: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const element = document.querySelector(wanted);
    return element !== null && Object.keys(element).some((key) => key.startsWith("__reactProps"));
  }, selector);
}

/** Signs in and waits for the assistant. */
export async function signIn(page: Page, uiUrl: string, account: { email: string; password: string }): Promise<void> {
  await page.goto(`${uiUrl}/fr/sign-in`);
  await page.getByLabel("Adresse e-mail").fill(account.email);
  await page.getByLabel("Mot de passe", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Se connecter" }).click();
  await page.getByLabel("Votre question").waitFor();
}

/** Uploads files on the documents page and waits until each is ready. */
export async function addDocuments(page: Page, uiUrl: string, files: readonly (string | FilePayload)[]): Promise<void> {
  await page.goto(`${uiUrl}/fr/documents`);
  const input = page.locator("input[type=file]");
  await awake(page, "input[type=file]");
  await input.setInputFiles(files.every((file) => typeof file === "string") ? [...files] : (files as FilePayload[]));
  const tray = page.getByRole("region", { name: "Fichiers en cours d’ajout" });
  const done = files.length === 1 ? "1 document prêt" : `${files.length} documents prêts`;
  await tray
    .getByText(done)
    .waitFor({ timeout: 90_000 })
    .catch(async (cause: unknown) => {
      throw new Error(`the files did not become ready; the tray says: ${await tray.textContent({ timeout: 1_000 })}`, {
        cause,
      });
    });
  await page.getByRole("button", { name: "Vider la liste des fichiers" }).click();
}
export type FilePayload = { name: string; mimeType: string; buffer: Buffer };

/** Asks on the assistant page and waits for the whole answer. */
export async function ask(page: Page, question: string): Promise<void> {
  const before = await page.locator("article").count();
  await awake(page, "#question");
  await page.getByLabel("Votre question").fill(question);
  await page.keyboard.press("Enter");
  await page.locator("article").nth(before).and(page.locator("[aria-busy=false]")).waitFor({ timeout: 60_000 });
}

/**
 * What a screen reader or a keyboard would stumble on, found in the page: nameless controls, pictures without a text,
 * skipped heading levels, doubled ids, no or several main landmarks, no language, targets too small for a finger
 * (WCAG 2.2, 2.5.8: 24 px), sideways scrolling.
 */
export function accessibilityFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const isShown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true]");
    const describe = (element: Element) => element.outerHTML.slice(0, 120);
    const nameOf = (element: Element): string => {
      const labelledBy = element.getAttribute("aria-labelledby")?.split(" ") ?? [];
      const labels = "labels" in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
      return [
        element.getAttribute("aria-label"),
        ...labelledBy.map((id) => document.getElementById(id)?.textContent),
        ...labels.map((label) => label.textContent),
        element.matches("input, select, textarea") ? null : element.textContent,
      ]
        .filter(Boolean)
        .join(" ")
        .trim();
    };
    for (const element of document.querySelectorAll(
      "a[href], button, input:not([hidden]), select, textarea, dialog[open], [role=img], [role=progressbar], nav, [role=toolbar]",
    )) {
      if (!isShown(element)) continue;
      if (!nameOf(element)) faults.push(`without a name: ${describe(element)}`);
    }
    for (const element of document.querySelectorAll("a[href], button, select, textarea")) {
      const { width, height } = element.getBoundingClientRect();
      const isInText = getComputedStyle(element).display === "inline" || element.closest("p, [class*=answer]");
      if (
        isShown(element) &&
        !isInText &&
        width > 0 &&
        (width < 24 || height < 24) &&
        !element.closest("[class*=skip]")
      )
        faults.push(`smaller than 24 px (${Math.round(width)}×${Math.round(height)}): ${describe(element)}`);
    }
    for (const image of document.querySelectorAll("img"))
      if (!image.hasAttribute("alt")) faults.push(`picture without alt: ${describe(image)}`);
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      if (!isShown(heading)) continue;
      const next = Number(heading.tagName[1]);
      if (next > level + 1 && !heading.closest("aside, dialog"))
        faults.push(`heading level ${level} → ${next}: ${describe(heading)}`);
      level = next;
    }
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) faults.push(`doubled id ${id}`);
    if (document.querySelectorAll("main").length !== 1) faults.push("not one main landmark");
    if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
    if (!document.documentElement.lang || !document.title) faults.push("no language or no title");
    if (document.documentElement.scrollWidth > innerWidth)
      faults.push(`scrolls sideways: ${document.documentElement.scrollWidth} > ${innerWidth}`);
    return faults;
  });
}
