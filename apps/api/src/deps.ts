import type { QueryLogEntry } from "@aurora/contracts";
import type { Ids, TenantScope } from "@aurora/kernel";
import type { z } from "zod";
import type { createAnswerQuestion } from "./use-cases/answer-question.ts";
import type { Session } from "./use-cases/authenticate.ts";
import type { createIngestUrl } from "./use-cases/ingest-url.ts";
import type { createManageApiKeys } from "./use-cases/manage-api-keys.ts";
import type { createManageBatches } from "./use-cases/manage-batches.ts";
import type { createManageCache } from "./use-cases/manage-cache.ts";
import type { createManageDocuments } from "./use-cases/manage-documents.ts";
import type { createManageGuardrails } from "./use-cases/manage-guardrails.ts";
import type { createManageJobs } from "./use-cases/manage-jobs.ts";
import type { createManageLimits } from "./use-cases/manage-limits.ts";
import type { createManageModelRoutes } from "./use-cases/manage-model-routes.ts";
import type { createManageModels } from "./use-cases/manage-models.ts";
import type { createManageProviders } from "./use-cases/manage-providers.ts";
import type { createManageCallerApps, createManageSourceApps } from "./use-cases/manage-registry.ts";
import type { createManageUsers } from "./use-cases/manage-users.ts";
import type { createManageVirtualKeys } from "./use-cases/manage-virtual-keys.ts";
import type { createReadDocuments } from "./use-cases/read-documents.ts";
import type { createReportHealth } from "./use-cases/report-health.ts";
import type { createReportOverview } from "./use-cases/report-overview.ts";
import type { createReportUsage } from "./use-cases/report-usage.ts";
import type { createSearch } from "./use-cases/search.ts";
import type { createShareDocuments } from "./use-cases/share-documents.ts";
import type { createSignIn } from "./use-cases/sign-in.ts";
import type { createUploadDocument } from "./use-cases/upload-document.ts";

/** What the routes call. Made by `wire.ts` and by tests. */
export interface ApiDeps {
  readonly ids: Ids;
  readonly authenticate: (credential: string, carrier: "cookie" | "bearer") => Promise<Session>;
  /** The source_app a permission is asked on; null = there is no such thing. */
  readonly findSourceApp: (
    scope: TenantScope,
    target: { readonly sourceApp: string } | { readonly document: string } | { readonly job: string },
  ) => Promise<string | null>;
  /** `Set-Cookie` of a session; null ends it. */
  readonly cookieFor: (token: string | null) => string;
  readonly signIn: ReturnType<typeof createSignIn>;
  readonly users: ReturnType<typeof createManageUsers>;
  readonly apiKeys: ReturnType<typeof createManageApiKeys>;
  readonly sourceApps: ReturnType<typeof createManageSourceApps>;
  readonly callerApps: ReturnType<typeof createManageCallerApps>;
  readonly providers: ReturnType<typeof createManageProviders>;
  readonly models: ReturnType<typeof createManageModels>;
  readonly modelRoutes: ReturnType<typeof createManageModelRoutes>;
  readonly cache: ReturnType<typeof createManageCache>;
  readonly virtualKeys: ReturnType<typeof createManageVirtualKeys>;
  readonly limits: ReturnType<typeof createManageLimits>;
  readonly usage: ReturnType<typeof createReportUsage>;
  readonly guardrails: ReturnType<typeof createManageGuardrails>;
  readonly uploads: ReturnType<typeof createUploadDocument>;
  readonly ingestUrl: ReturnType<typeof createIngestUrl>;
  readonly isIngestUrlEnabled: boolean;
  readonly documents: ReturnType<typeof createReadDocuments>;
  readonly manageDocuments: ReturnType<typeof createManageDocuments>;
  readonly jobs: ReturnType<typeof createManageJobs>;
  readonly batches: ReturnType<typeof createManageBatches>;
  readonly links: ReturnType<typeof createShareDocuments>;
  readonly search: ReturnType<typeof createSearch>;
  readonly answerQuestion: ReturnType<typeof createAnswerQuestion>;
  readonly readQuery: (scope: TenantScope, id: string) => Promise<z.output<typeof QueryLogEntry>>;
  readonly reportHealth: ReturnType<typeof createReportHealth>["reportHealth"];
  readonly requireReady: ReturnType<typeof createReportHealth>["requireReady"];
  readonly reportOverview: ReturnType<typeof createReportOverview>;
}
