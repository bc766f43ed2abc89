import { type CredentialCipher, createSessionTokens } from "@aurora/auth";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { ChatModel, ProbeModel } from "@aurora/llm";
import type { ObjectStore } from "@aurora/object-store";
import type { Queue } from "@aurora/queue";
import type { Retriever } from "@aurora/rag";
import type { VectorStore } from "@aurora/vector-store";
import type { ApiDeps } from "./deps.ts";
import { type CookieSettings, sessionCookie } from "./http/cookies.ts";
import { type AnswerQuestionDeps, createAnswerQuestion } from "./use-cases/answer-question.ts";
import { type AuthenticateDeps, createAuthenticate } from "./use-cases/authenticate.ts";
import { createManageApiKeys, type ManageApiKeysDeps } from "./use-cases/manage-api-keys.ts";
import { createManageDocuments, type ManageDocumentsDeps } from "./use-cases/manage-documents.ts";
import { createManageProviders, type ManageProvidersDeps } from "./use-cases/manage-providers.ts";
import {
  type CallerAppsDeps,
  createManageCallerApps,
  createManageSourceApps,
  type SourceAppsDeps,
} from "./use-cases/manage-registry.ts";
import { createManageUsers, type ManageUsersDeps } from "./use-cases/manage-users.ts";
import { createReadDocuments, type ReadDocumentsDeps } from "./use-cases/read-documents.ts";
import { createReportHealth, type HealthDeps } from "./use-cases/report-health.ts";
import { createReportOverview, type OverviewDeps } from "./use-cases/report-overview.ts";
import { type CorpusDeps, createSearch } from "./use-cases/search.ts";
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
    readonly documents: UploadDocumentDeps["documents"] &
      ReadDocumentsDeps["documents"] &
      ManageDocumentsDeps["documents"] &
      CorpusDeps["documents"];
    readonly jobs: ManageDocumentsDeps["jobs"];
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
  readonly model: ChatModel;
  readonly probeModel: ProbeModel;
  readonly cipher: CredentialCipher;
  readonly spool: UploadDocumentDeps["spool"];
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
  readonly privacy: AnswerQuestionDeps["privacy"];
  readonly defaultLanguage: string;
  /** Which hosts a provider may be on. */
  readonly providerAddresses: ManageProvidersDeps["addresses"];
  /** Providers the environment holds a key of. */
  readonly environmentProviders: ManageProvidersDeps["environmentProviders"];
}

/** Use-cases over ports. */
export function assembleApi(ports: ApiPorts, settings: ApiSettings): ApiDeps {
  const { clock, ids, objects, queue, repositories, retriever, vectors } = ports;
  const { accounts, documents, jobs, keys, log, providers, registry } = repositories;
  const tokens = createSessionTokens({ secret: settings.jwtSecret, ttlSeconds: settings.tokenTtlSeconds, clock });
  const defaultModel = async (scope: TenantScope) => {
    const found = await providers.findDefaultModel(scope);
    return found && gatewayModelName(found.provider, found.name);
  };
  const { maxUploadBytes } = settings;
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
    providers: createManageProviders({
      clock,
      ids,
      providers,
      cipher: ports.cipher,
      addresses: settings.providerAddresses,
      environmentProviders: settings.environmentProviders,
      probe: (scope, provider, model, signal) =>
        ports.probeModel(scope, gatewayModelName(provider.name, model), signal),
    }),
    uploads: createUploadDocument({ clock, ids, objects, queue, documents, maxUploadBytes, spool: ports.spool }),
    documents: createReadDocuments({ documents, objects }),
    manageDocuments: createManageDocuments({ clock, ids, objects, vectors, queue, documents, jobs }),
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
