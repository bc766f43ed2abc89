export { createAccountRepository } from "./accounts.ts";
export { createApiKeyRepository } from "./api-keys.ts";
export { createDocumentRepository } from "./documents.ts";
export { createJobRepository } from "./jobs.ts";
export { createPassageRepository } from "./passages.ts";
export { createProviderRepository } from "./providers.ts";
export { createQueryLogRepository } from "./query-log.ts";
export { createRegistryRepository } from "./registry.ts";
