export { replaceStatistics, type VersionTerms } from "./corpus-statistics.ts";
export { createIngestionRows } from "./ingestion-rows.ts";
export { createMaintenanceRows } from "./maintenance-rows.ts";
export { createTenantEmbedders } from "./tenant-embedder.ts";
