import enAdmin from "./catalogues/en/admin.json" with { type: "json" };
import enAssistant from "./catalogues/en/assistant.json" with { type: "json" };
import enAuth from "./catalogues/en/auth.json" with { type: "json" };
import enCache from "./catalogues/en/cache.json" with { type: "json" };
import enCommon from "./catalogues/en/common.json" with { type: "json" };
import enDocuments from "./catalogues/en/documents.json" with { type: "json" };
import enErrors from "./catalogues/en/errors.json" with { type: "json" };
import enGateway from "./catalogues/en/gateway.json" with { type: "json" };
import enGuardrails from "./catalogues/en/guardrails.json" with { type: "json" };
import enIngestion from "./catalogues/en/ingestion.json" with { type: "json" };
import enInspector from "./catalogues/en/inspector.json" with { type: "json" };
import enLimits from "./catalogues/en/limits.json" with { type: "json" };
import enModelRoutes from "./catalogues/en/modelRoutes.json" with { type: "json" };
import enModels from "./catalogues/en/models.json" with { type: "json" };
import enProviders from "./catalogues/en/providers.json" with { type: "json" };
import enReader from "./catalogues/en/reader.json" with { type: "json" };
import enUsage from "./catalogues/en/usage.json" with { type: "json" };
import enVirtualKeys from "./catalogues/en/virtualKeys.json" with { type: "json" };
import frAdmin from "./catalogues/fr/admin.json" with { type: "json" };
import frAssistant from "./catalogues/fr/assistant.json" with { type: "json" };
import frAuth from "./catalogues/fr/auth.json" with { type: "json" };
import frCache from "./catalogues/fr/cache.json" with { type: "json" };
import frCommon from "./catalogues/fr/common.json" with { type: "json" };
import frDocuments from "./catalogues/fr/documents.json" with { type: "json" };
import frErrors from "./catalogues/fr/errors.json" with { type: "json" };
import frGateway from "./catalogues/fr/gateway.json" with { type: "json" };
import frGuardrails from "./catalogues/fr/guardrails.json" with { type: "json" };
import frIngestion from "./catalogues/fr/ingestion.json" with { type: "json" };
import frInspector from "./catalogues/fr/inspector.json" with { type: "json" };
import frLimits from "./catalogues/fr/limits.json" with { type: "json" };
import frModelRoutes from "./catalogues/fr/modelRoutes.json" with { type: "json" };
import frModels from "./catalogues/fr/models.json" with { type: "json" };
import frProviders from "./catalogues/fr/providers.json" with { type: "json" };
import frReader from "./catalogues/fr/reader.json" with { type: "json" };
import frUsage from "./catalogues/fr/usage.json" with { type: "json" };
import frVirtualKeys from "./catalogues/fr/virtualKeys.json" with { type: "json" };
import type { Locale } from "./locales.ts";

const en = {
  admin: enAdmin,
  assistant: enAssistant,
  auth: enAuth,
  cache: enCache,
  common: enCommon,
  documents: enDocuments,
  errors: enErrors,
  gateway: enGateway,
  guardrails: enGuardrails,
  ingestion: enIngestion,
  inspector: enInspector,
  limits: enLimits,
  modelRoutes: enModelRoutes,
  models: enModels,
  providers: enProviders,
  reader: enReader,
  usage: enUsage,
  virtualKeys: enVirtualKeys,
};
/** Every message of one language, by namespace; the shape of the English catalogue is the contract. */
export type Messages = typeof en;

/** ICU messages (one file a namespace). A language that misses a key does not compile. */
export const catalogues: Record<Locale, Messages> = {
  en,
  fr: {
    admin: frAdmin,
    assistant: frAssistant,
    auth: frAuth,
    cache: frCache,
    common: frCommon,
    documents: frDocuments,
    errors: frErrors,
    gateway: frGateway,
    guardrails: frGuardrails,
    ingestion: frIngestion,
    inspector: frInspector,
    limits: frLimits,
    modelRoutes: frModelRoutes,
    models: frModels,
    providers: frProviders,
    reader: frReader,
    usage: frUsage,
    virtualKeys: frVirtualKeys,
  },
};
