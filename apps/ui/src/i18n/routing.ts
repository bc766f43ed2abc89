import { defaultLocale, locales } from "@aurora/i18n";
import { createNavigation } from "next-intl/navigation";
import { defineRouting } from "next-intl/routing";

export const routing = defineRouting({ locales, defaultLocale, localePrefix: "always", alternateLinks: false });

/** Navigation that keeps the reader's language: paths are written without their `/{locale}`. */
export const { Link, redirect, usePathname, useRouter, getPathname } = createNavigation(routing);
