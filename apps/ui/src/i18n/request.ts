import { catalogues, resolveLocale } from "@aurora/i18n";
import { getRequestConfig } from "next-intl/server";

export default getRequestConfig(async ({ requestLocale }) => {
  const locale = resolveLocale(await requestLocale);
  return { locale, messages: catalogues[locale] };
});
