/** The languages the product speaks, the default first. A catalogue folder of the same name holds each one's messages. */
export const locales = ["fr", "en"] as const;
export type Locale = (typeof locales)[number];
export const defaultLocale: Locale = "fr";

/** Each language's own name, for a language picker: never translated. */
export const localeNames: Record<Locale, string> = { fr: "Français", en: "English" };

export const isLocale = (tag: string): tag is Locale => locales.some((locale) => locale === tag);

/** "fr-CA" → "fr"; an unknown or absent tag → the default language. */
export function resolveLocale(tag: string | null | undefined): Locale {
  const language = (tag ?? "").split("-")[0]?.toLowerCase() ?? "";
  return isLocale(language) ? language : defaultLocale;
}

/**
 * The best of our languages for an `Accept-Language` header (RFC 9110, 12.5.4): highest weight first, then the order
 * of the header. `q=0` refuses a language; nothing we speak → the default language.
 */
export function negotiateLocale(acceptLanguage: string | null | undefined): Locale {
  const ranges = (acceptLanguage ?? "").split(",").map((part) => {
    const [tag = "", ...parameters] = part.trim().split(";");
    const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/i.exec(parameter)?.[1]).find(Boolean);
    return { language: tag.split("-")[0]?.toLowerCase() ?? "", weight: weight === undefined ? 1 : Number(weight) };
  });
  const best = ranges
    .filter((range) => range.weight > 0 && isLocale(range.language))
    .sort((a, b) => b.weight - a.weight)[0];
  return resolveLocale(best?.language);
}
