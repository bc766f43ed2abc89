import { environmentProviderId, environmentProviderNames, requireCallerApp } from "@aurora/auth";
import type {
  CallerApp as CallerAppSchema,
  CreateCallerAppRequest,
  CreateSourceAppRequest,
  IngestionSettings,
  SourceApp,
  UpdateCallerAppRequest,
  UpdateSourceAppRequest,
} from "@aurora/contracts";
import { AppError, type Clock, grantedSourceApps, type Ids, type TenantScope } from "@aurora/kernel";
import type { z } from "zod";
import type { Session } from "./authenticate.ts";
import { type PageRequest, pageByKey } from "./paging.ts";

type CallerApp = z.infer<typeof CallerAppSchema>;
const notFound = () => new AppError("not_found", "Not found.");
const taken = (field: string) =>
  new AppError("conflict", "This name is in use.", { errors: [{ pointer: `/${field}`, code: "taken" }] });

export interface SourceAppsDeps {
  readonly clock: Clock;
  readonly registry: {
    listSourceApps(
      scope: TenantScope,
      only: readonly string[] | null,
      after: string | null,
      limit: number,
    ): Promise<SourceApp[]>;
    insertSourceApp(
      scope: TenantScope,
      app: { sourceApp: string; label: string; description: string; createdAt: Date },
    ): Promise<SourceApp | null>;
    updateSourceApp(
      scope: TenantScope,
      slug: string,
      change: {
        label?: string;
        description?: string;
        egress?: "local_only" | "approved";
        approvedProviderIds?: string[];
        ingestion?: IngestionSettings;
        isActive?: boolean;
      },
    ): Promise<SourceApp | null>;
  };
  readonly providers: { findMissingProviders(scope: TenantScope, ids: readonly string[]): Promise<string[]> };
}

/** Corpora. Changing them is an administrator's; anyone may list those they read. */
export function createManageSourceApps({ clock, providers, registry }: SourceAppsDeps) {
  return {
    list(scope: TenantScope, request: PageRequest) {
      const granted = grantedSourceApps(scope, "read");
      const only = granted === "all" ? null : granted;
      return pageByKey<SourceApp>(
        request,
        (app) => app.source_app,
        async (after, limit) => (only?.length === 0 ? [] : registry.listSourceApps(scope, only, after, limit)),
      );
    },

    async create(scope: TenantScope, input: z.output<typeof CreateSourceAppRequest>): Promise<SourceApp> {
      const { source_app: sourceApp, label, description } = input;
      const app = await registry.insertSourceApp(scope, {
        sourceApp,
        label,
        description,
        createdAt: new Date(clock.nowMs()),
      });
      if (!app) throw taken("source_app");
      return app;
    },

    /** Egress opens to the providers named, and to none by default. */
    async update(scope: TenantScope, slug: string, input: z.output<typeof UpdateSourceAppRequest>): Promise<SourceApp> {
      const approved = input.approved_provider_ids;
      // Those of the environment have no row; they are known by name, whether their key is set at the moment or not.
      const fromEnvironment = environmentProviderNames.map((name) => environmentProviderId(scope.tenantId, name));
      const stored = approved?.filter((id) => !fromEnvironment.includes(id)) ?? [];
      if (stored.length > 0 && (await providers.findMissingProviders(scope, stored)).length > 0)
        throw new AppError("invalid_input", "Some providers do not exist.", {
          errors: [{ pointer: "/approved_provider_ids", code: "unknown_provider" }],
        });
      const app = await registry.updateSourceApp(scope, slug, {
        ...(input.label !== undefined && { label: input.label }),
        ...(input.description !== undefined && { description: input.description }),
        ...(input.egress !== undefined && { egress: input.egress }),
        ...(approved !== undefined && { approvedProviderIds: approved }),
        ...(input.ingestion !== undefined && { ingestion: input.ingestion }),
        ...(input.is_active !== undefined && { isActive: input.is_active }),
      });
      if (!app) throw notFound();
      return app;
    },
  };
}

export interface CallerAppsDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  /** ENFORCE_CALLER_APP_REGISTRY. */
  readonly isRegistryEnforced: boolean;
  readonly registry: {
    isActiveCallerApp(scope: TenantScope, name: string): Promise<boolean>;
    listCallerApps(scope: TenantScope, after: string | null, limit: number): Promise<CallerApp[]>;
    insertCallerApp(
      scope: TenantScope,
      app: { id: string; name: string; label: string; description: string; createdAt: Date },
    ): Promise<CallerApp | null>;
    updateCallerApp(
      scope: TenantScope,
      id: string,
      change: { label?: string; description?: string; isActive?: boolean },
    ): Promise<CallerApp | null>;
  };
}

/** Calling applications. Changing them is an administrator's. */
export function createManageCallerApps({ clock, ids, isRegistryEnforced, registry }: CallerAppsDeps) {
  return {
    /**
     * The calling application a request counts for; absent means `unknown`.
     * @throws AppError `forbidden` when the key is bound to others; `unknown_caller_app`.
     */
    async resolve(session: Session, named: string | undefined): Promise<string> {
      const name = named ?? "unknown";
      requireCallerApp(session.callerApps, name);
      if (isRegistryEnforced && !(await registry.isActiveCallerApp(session.scope, name)))
        throw new AppError("unknown_caller_app", "This calling application is not registered.", {
          params: { caller_app: name },
        });
      return name;
    },

    list: (scope: TenantScope, request: PageRequest) =>
      pageByKey<CallerApp>(
        request,
        (app) => app.name,
        (after, limit) => registry.listCallerApps(scope, after, limit),
      ),

    async create(scope: TenantScope, input: z.output<typeof CreateCallerAppRequest>): Promise<CallerApp> {
      const app = await registry.insertCallerApp(scope, {
        id: ids.uuid(),
        ...input,
        createdAt: new Date(clock.nowMs()),
      });
      if (!app) throw taken("name");
      return app;
    },

    async update(scope: TenantScope, id: string, input: z.output<typeof UpdateCallerAppRequest>): Promise<CallerApp> {
      const app = await registry.updateCallerApp(scope, id, {
        ...(input.label !== undefined && { label: input.label }),
        ...(input.description !== undefined && { description: input.description }),
        ...(input.is_active !== undefined && { isActive: input.is_active }),
      });
      if (!app) throw notFound();
      return app;
    },

    /** Switched off, not removed: documents and logs keep naming it. */
    async deactivate(scope: TenantScope, id: string): Promise<void> {
      if (!(await registry.updateCallerApp(scope, id, { isActive: false }))) throw notFound();
    },
  };
}
