import { type AnswerCipher, type CredentialCipher, createSessionTokens } from "@aurora/auth";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { ChatModel, Embedder, ProbeModel } from "@aurora/llm";
import type { ObjectStore } from "@aurora/object-store";
import type { Queue } from "@aurora/queue";
import type { Retriever } from "@aurora/rag";
import type { VectorStore } from "@aurora/vector-store";
import type { ApiDeps } from "./deps.ts";
import { type CookieSettings, sessionCookie } from "./http/cookies.ts";
import { type AnswerQuestionDeps, createAnswerQuestion } from "./use-cases/answer-question.ts";
import { type AuthenticateDeps, createAuthenticate } from "./use-cases/authenticate.ts";
import { createIngestUrl, type IngestUrlDeps } from "./use-cases/ingest-url.ts";
import { createManageApiKeys, type ManageApiKeysDeps } from "./use-cases/manage-api-keys.ts";
import { createManageBatches, type ManageBatchesDeps } from "./use-cases/manage-batches.ts";
import { createManageCache, type ManageCacheDeps } from "./use-cases/manage-cache.ts";
import { createManageDocuments, type ManageDocumentsDeps } from "./use-cases/manage-documents.ts";
import { createManageGuardrails, type ManageGuardrailsDeps } from "./use-cases/manage-guardrails.ts";
import { createManageJobs, type ManageJobsDeps } from "./use-cases/manage-jobs.ts";
import { createManageLimits, type ManageLimitsDeps } from "./use-cases/manage-limits.ts";
import { createManageModelRoutes, type ManageModelRoutesDeps } from "./use-cases/manage-model-routes.ts";
import { createManageModels, type ManageModelsDeps } from "./use-cases/manage-models.ts";
import { createManageProviders, type ManageProvidersDeps } from "./use-cases/manage-providers.ts";
import {
  type CallerAppsDeps,
  createManageCallerApps,
  createManageSourceApps,
  type SourceAppsDeps,
} from "./use-cases/manage-registry.ts";
import { createManageUsers, type ManageUsersDeps } from "./use-cases/manage-users.ts";
import { createManageVirtualKeys, type ManageVirtualKeysDeps } from "./use-cases/manage-virtual-keys.ts";
import { createReadDocuments, type ReadDocumentsDeps } from "./use-cases/read-documents.ts";
import { createReportHealth, type HealthDeps } from "./use-cases/report-health.ts";
import { createReportOverview, type OverviewDeps } from "./use-cases/report-overview.ts";
import { createReportUsage, type ReportUsageDeps } from "./use-cases/report-usage.ts";
import { type CorpusDeps, createSearch } from "./use-cases/search.ts";
import { createShareDocuments, type ShareDocumentsDeps } from "./use-cases/share-documents.ts";
import { createSignIn, type SignInDeps } from "./use-cases/sign-in.ts";
import { createUploadDocument, type UploadDocumentDeps } from "./use-cases/upload-document.ts";

/** Everything outside the use-cases. `wire.ts` makes it of real stores, tests of what they test with. */
export interface ApiPorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly repositories: {
    readonly accounts: SignInDeps["accounts"] &
      ManageUsersDeps["accounts"] &
      Pick<AuthenticateDeps["accounts"], "findUserAccess">;
    readonly keys: SignInDeps["keys"] &
      ManageApiKeysDeps["keys"] &
      Omit<AuthenticateDeps["accounts"], "findUserAccess">;
    readonly registry: SourceAppsDeps["registry"] &
      CallerAppsDeps["registry"] &
      ManageUsersDeps["registry"] &
      CorpusDeps["registry"] & { findSourceApp: ApiDeps["findSourceApp"] };
    readonly providers: ManageProvidersDeps["providers"] &
      SourceAppsDeps["providers"] & {
        findDefaultModel(scope: TenantScope): Promise<{ provider: string; name: string } | null>;
      };
    readonly cache: ManageCacheDeps["cache"];
    readonly virtualKeys: ManageVirtualKeysDeps["virtualKeys"];
    readonly limits: ManageLimitsDeps["limits"];
    readonly models: ManageModelsDeps["models"];
    readonly modelRoutes: ManageModelRoutesDeps["routes"];
    readonly usage: ReportUsageDeps["usage"];
    readonly guardrails: ManageGuardrailsDeps["guardrails"];
    readonly documents: ReadDocumentsDeps["documents"] & CorpusDeps["documents"];
    readonly uploads: UploadDocumentDeps["uploads"];
    readonly versions: ReadDocumentsDeps["versions"] & ManageDocumentsDeps["versions"] & ManageBatchesDeps["versions"];
    readonly batches: ManageBatchesDeps["batches"];
    readonly receipts: ManageDocumentsDeps["receipts"];
    readonly links: ShareDocumentsDeps["links"];
    readonly jobs: ManageJobsDeps["jobs"];
    readonly log: AnswerQuestionDeps["log"] &
      OverviewDeps["log"] & {
        /** @param principalId null = anybody's of the tenant. */
        findQuery(
          scope: TenantScope,
          id: string,
          principalId: string | null,
        ): Promise<Awaited<ReturnType<ApiDeps["readQuery"]>> | null>;
      };
  };
  readonly objects: ObjectStore;
  readonly vectors: VectorStore;
  readonly queue: Queue;
  readonly retriever: Retriever;
  /** What documents are embedded with now. */
  readonly embedderId: string;
  readonly model: ChatModel;
  readonly probeModel: ProbeModel;
  readonly checkProvider: ManageProvidersDeps["check"];
  readonly fetchCatalogue: ManageModelsDeps["fetchCatalogue"];
  readonly cipher: CredentialCipher;
  readonly answerCipher: AnswerCipher;
  /** What the Gateway compares questions with. */
  readonly questionEmbedder: Embedder;
  readonly spool: UploadDocumentDeps["spool"];
  /** null while ENABLE_INGEST_URL is off. */
  readonly outbound: IngestUrlDeps["outbound"];
  readonly firstAdministratorNote: SignInDeps["firstAdministratorNote"];
  readonly health: Pick<HealthDeps, "checks" | "essential">;
}

export interface ApiSettings {
  readonly version: string;
  readonly jwtSecret: string;
  readonly tokenTtlSeconds: number;
  readonly returnTokenInBody: boolean;
  readonly isCallerAppRegistryEnforced: boolean;
  readonly cookie: CookieSettings;
  readonly maxUploadBytes: number;
  /** CLAMAV_URL is set. */
  readonly areFilesScanned: boolean;
  /** PUBLIC_BASE_URL, without a slash at its end. */
  readonly publicBaseUrl: string;
  readonly privacy: AnswerQuestionDeps["privacy"];
  /** LLM_CACHE_TTL_SECONDS. */
  readonly cacheTtlSeconds: number;
  readonly defaultLanguage: string;
  /** Which hosts a provider may be on. */
  readonly providerAddresses: ManageProvidersDeps["addresses"];
  /** Providers the environment holds a key of. */
  readonly environmentProviders: ManageProvidersDeps["environmentProviders"];
}

/** Use-cases over ports. */
export function assembleApi(ports: ApiPorts, settings: ApiSettings): ApiDeps {
  const { clock, ids, objects, queue, repositories, retriever, vectors } = ports;
  const { accounts, batches, documents, jobs, keys, links, log, providers, receipts, registry, uploads, versions } =
    repositories;
  const tokens = createSessionTokens({ secret: settings.jwtSecret, ttlSeconds: settings.tokenTtlSeconds, clock });
  const defaultModel = async (scope: TenantScope) => {
    const found = await providers.findDefaultModel(scope);
    return found && gatewayModelName(found.provider, found.name);
  };
  const { maxUploadBytes, publicBaseUrl } = settings;
  const uploadDocument = createUploadDocument({
    clock,
    ids,
    objects,
    queue,
    uploads,
    maxUploadBytes,
    spool: ports.spool,
  });
  const manageProviders = createManageProviders({
    clock,
    ids,
    providers,
    cipher: ports.cipher,
    addresses: settings.providerAddresses,
    environmentProviders: settings.environmentProviders,
    probe: (scope, provider, model, signal) => ports.probeModel(scope, gatewayModelName(provider.name, model), signal),
    check: ports.checkProvider,
  });
  const manageJobs = createManageJobs({ clock, queue, jobs });
  return {
    ids,
    authenticate: createAuthenticate({
      clock,
      tokens,
      accounts: {
        findUserAccess: (scope, id) => accounts.findUserAccess(scope, id),
        lookupApiKey: (scope, hash) => keys.lookupApiKey(scope, hash),
        findKeyAccess: (scope, id) => keys.findKeyAccess(scope, id),
        touchKey: (scope, id, at) => keys.touchKey(scope, id, at),
      },
    }),
    findSourceApp: (scope, target) => registry.findSourceApp(scope, target),
    cookieFor: (token) => sessionCookie(settings.cookie, token ?? "", token === null ? 0 : tokens.ttlSeconds),
    signIn: createSignIn({
      clock,
      tokens,
      accounts,
      keys,
      returnTokenInBody: settings.returnTokenInBody,
      firstAdministratorNote: ports.firstAdministratorNote,
    }),
    users: createManageUsers({ clock, ids, accounts, registry }),
    apiKeys: createManageApiKeys({ clock, ids, keys, registry }),
    sourceApps: createManageSourceApps({ clock, registry, providers }),
    callerApps: createManageCallerApps({
      clock,
      ids,
      registry,
      isRegistryEnforced: settings.isCallerAppRegistryEnforced,
    }),
    providers: manageProviders,
    models: createManageModels({
      clock,
      ids,
      models: repositories.models,
      findProvider: (scope, id) => manageProviders.get(scope, id),
      fetchCatalogue: ports.fetchCatalogue,
    }),
    modelRoutes: createManageModelRoutes({
      clock,
      routes: repositories.modelRoutes,
      listProviders: (scope) => manageProviders.list(scope),
    }),
    cache: createManageCache({
      clock,
      cache: repositories.cache,
      cipher: ports.answerCipher,
      embedder: ports.questionEmbedder,
      showsQuestions: settings.privacy.storeQuestion,
      cacheTtlSeconds: settings.cacheTtlSeconds,
    }),
    virtualKeys: createManageVirtualKeys({
      clock,
      ids,
      virtualKeys: repositories.virtualKeys,
      limits: repositories.limits,
      registry,
      providers,
      isCallerAppRegistryEnforced: settings.isCallerAppRegistryEnforced,
    }),
    limits: createManageLimits({ clock, ids, limits: repositories.limits }),
    usage: createReportUsage({ clock, usage: repositories.usage }),
    guardrails: createManageGuardrails({ clock, guardrails: repositories.guardrails }),
    uploads: uploadDocument,
    ingestUrl: createIngestUrl({ outbound: ports.outbound, uploads: uploadDocument }),
    isIngestUrlEnabled: ports.outbound !== null,
    documents: createReadDocuments({ documents, versions, objects, areFilesScanned: settings.areFilesScanned }),
    manageDocuments: createManageDocuments({ clock, ids, objects, vectors, queue, versions, receipts }),
    jobs: manageJobs,
    batches: createManageBatches({
      clock,
      ids,
      queue,
      batches,
      versions,
      embedderId: ports.embedderId,
      retryJobs: manageJobs.retryAll,
    }),
    links: createShareDocuments({
      clock,
      ids,
      publicBaseUrl,
      links,
      versions,
      objects,
      access: {
        findUserAccess: (scope, id) => accounts.findUserAccess(scope, id),
        findKeyAccess: (scope, id) => keys.findKeyAccess(scope, id),
      },
    }),
    search: createSearch({ registry, documents, retriever }),
    answerQuestion: createAnswerQuestion({
      clock,
      ids,
      registry,
      documents,
      retriever,
      model: ports.model,
      defaultModel,
      log,
      privacy: settings.privacy,
      defaultLanguage: settings.defaultLanguage,
    }),
    async readQuery(scope, id) {
      const found = await log.findQuery(scope, id, scope.grants === "all" ? null : scope.principal.id);
      if (!found) throw new AppError("not_found", "Not found.");
      return found;
    },
    ...createReportHealth({ clock, version: settings.version, ...ports.health }),
    reportOverview: createReportOverview({ clock, defaultModel, log }),
  };
}

/** How the Gateway is asked for a model of one provider. */
const gatewayModelName = (provider: string, model: string): string => `${provider}/${model}`;
