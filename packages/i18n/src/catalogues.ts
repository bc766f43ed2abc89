import enAdmin from "./catalogues/en/admin.json" with { type: "json" };
import enAssistant from "./catalogues/en/assistant.json" with { type: "json" };
import enAuth from "./catalogues/en/auth.json" with { type: "json" };
import enCommon from "./catalogues/en/common.json" with { type: "json" };
import enDocuments from "./catalogues/en/documents.json" with { type: "json" };
import enErrors from "./catalogues/en/errors.json" with { type: "json" };
import enIngestion from "./catalogues/en/ingestion.json" with { type: "json" };
import enInspector from "./catalogues/en/inspector.json" with { type: "json" };
import enProviders from "./catalogues/en/providers.json" with { type: "json" };
import enReader from "./catalogues/en/reader.json" with { type: "json" };
import frAdmin from "./catalogues/fr/admin.json" with { type: "json" };
import frAssistant from "./catalogues/fr/assistant.json" with { type: "json" };
import frAuth from "./catalogues/fr/auth.json" with { type: "json" };
import frCommon from "./catalogues/fr/common.json" with { type: "json" };
import frDocuments from "./catalogues/fr/documents.json" with { type: "json" };
import frErrors from "./catalogues/fr/errors.json" with { type: "json" };
import frIngestion from "./catalogues/fr/ingestion.json" with { type: "json" };
import frInspector from "./catalogues/fr/inspector.json" with { type: "json" };
import frProviders from "./catalogues/fr/providers.json" with { type: "json" };
import frReader from "./catalogues/fr/reader.json" with { type: "json" };
import type { Locale } from "./locales.ts";

const en = {
  admin: enAdmin,
  assistant: enAssistant,
  auth: enAuth,
  common: enCommon,
  documents: enDocuments,
  errors: enErrors,
  ingestion: enIngestion,
  inspector: enInspector,
  providers: enProviders,
  reader: enReader,
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
    common: frCommon,
    documents: frDocuments,
    errors: frErrors,
    ingestion: frIngestion,
    inspector: frInspector,
    providers: frProviders,
    reader: frReader,
  },
};
