import type { ProviderKind } from "@aurora/contracts";
import { derivedUuid } from "@aurora/kernel";

/** Providers that a key in the environment is enough for: OPENAI_API_KEY, OPENROUTER_API_KEY. */
export const environmentProviders = {
  openai: { baseUrl: "https://api.openai.com/v1" },
  openrouter: { baseUrl: "https://openrouter.ai/api/v1" },
} as const;
/** Where a kind of provider is called when nobody says otherwise; Azure has an address for each customer. */
export const standardBaseUrls: Readonly<Partial<Record<ProviderKind, string>>> = {
  openai: environmentProviders.openai.baseUrl,
  openrouter: environmentProviders.openrouter.baseUrl,
  anthropic: "https://api.anthropic.com/v1",
};
export type EnvironmentProviderName = keyof typeof environmentProviders;
export const environmentProviderNames = Object.keys(environmentProviders) as EnvironmentProviderName[];

export const isEnvironmentProvider = (name: string): name is EnvironmentProviderName =>
  Object.hasOwn(environmentProviders, name);

/** A key each; null = not set. */
export type EnvironmentKeys = Readonly<Record<EnvironmentProviderName, string | null>>;

/** The id an administrator approves: fixed for a tenant, and no row of the database has it. */
export const environmentProviderId = (tenantId: string, name: EnvironmentProviderName): string =>
  derivedUuid("environment-provider", tenantId, name);
