export {
  createDatabase,
  type Database,
  type DatabaseOptions,
  type Statement,
  type Transaction,
  violatedConstraint,
} from "./database.ts";
export {
  lookupApiKey,
  lookupIngestionJob,
  lookupStaleIngestionJobs,
  lookupTenants,
  lookupUserByEmail,
  type TenantRow,
} from "./lookups.ts";
export { type MigrateOptions, migrate } from "./migrate.ts";
export * from "./repositories/api/index.ts";
export * from "./repositories/gateway/index.ts";
export {
  createIngestionRows,
  createMaintenanceRows,
  createTenantEmbedders,
  replaceStatistics,
  type VersionTerms,
} from "./repositories/ingest/index.ts";
export * as schema from "./schema/index.ts";
