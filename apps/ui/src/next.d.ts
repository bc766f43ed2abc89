/// <reference types="next" />
/// <reference types="next/types/global" />
import type { Locale, Messages } from "@aurora/i18n";

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}
