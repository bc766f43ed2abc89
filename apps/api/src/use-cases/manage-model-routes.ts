import type { CallTimeouts, ModelRoute, Provider, PutModelRouteRequest, RetryPolicy } from "@aurora/contracts";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";

interface StoredModelRoute {
  readonly alias: string;
  readonly description: string;
  readonly targets: readonly { readonly model: string; readonly weight: number }[];
  readonly retries: RetryPolicy;
  readonly hedgeAfterMs: number | null;
  readonly timeouts: Partial<CallTimeouts>;
  readonly isActive: boolean;
  readonly updatedAt: Date;
}

export interface ManageModelRoutesDeps {
  readonly clock: Clock;
  readonly routes: {
    listModelRoutes(scope: TenantScope): Promise<readonly StoredModelRoute[]>;
    putModelRoute(scope: TenantScope, route: StoredModelRoute): Promise<void>;
    deleteModelRoute(scope: TenantScope, alias: string): Promise<boolean>;
  };
  /** Stored ones and those of the environment. */
  readonly listProviders: (scope: TenantScope) => Promise<readonly Provider[]>;
}

const noTimeouts: CallTimeouts = { connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: null };

/** Aliases of models of the caller's tenant. */
export function createManageModelRoutes({ clock, listProviders, routes }: ManageModelRoutesDeps) {
  const present = (route: StoredModelRoute, providers: readonly Provider[]): ModelRoute => ({
    alias: route.alias,
    description: route.description,
    targets: route.targets.map(({ model, weight }) => ({ model, weight, is_available: isCallable(model, providers) })),
    retries: route.retries,
    hedge_after_ms: route.hedgeAfterMs,
    timeouts: { ...noTimeouts, ...route.timeouts },
    is_active: route.isActive,
    updated_at: route.updatedAt.toISOString(),
  });

  return {
    async list(scope: TenantScope): Promise<ModelRoute[]> {
      const [stored, providers] = await Promise.all([routes.listModelRoutes(scope), listProviders(scope)]);
      return stored.map((route) => present(route, providers));
    },

    /** @throws AppError `invalid_input` for a target nobody has, or named twice, and for a hedge without a second. */
    async put(scope: TenantScope, alias: string, input: PutModelRouteRequest): Promise<ModelRoute> {
      const providers = await listProviders(scope);
      for (const [index, { model }] of input.targets.entries()) {
        const pointer = `/targets/${index}/model`;
        if (!isCallable(model, providers)) throw invalid(pointer, "unknown_model");
        if (input.targets.findIndex((target) => target.model === model) !== index) throw invalid(pointer, "duplicate");
      }
      if (input.hedge_after_ms !== null && input.targets.length < 2)
        throw invalid("/hedge_after_ms", "needs_two_targets");
      const route: StoredModelRoute = {
        alias,
        description: input.description,
        targets: input.targets,
        retries: input.retries,
        hedgeAfterMs: input.hedge_after_ms,
        timeouts: input.timeouts,
        isActive: input.is_active,
        updatedAt: new Date(clock.nowMs()),
      };
      await routes.putModelRoute(scope, route);
      return present(route, providers);
    },

    async remove(scope: TenantScope, alias: string): Promise<void> {
      if (!(await routes.deleteModelRoute(scope, alias))) throw new AppError("not_found", "Not found.");
    },
  };
}

/** As the Gateway finds it: a provider of the environment has whatever model it is asked for. */
function isCallable(model: string, providers: readonly Provider[]): boolean {
  const name = model.slice(0, model.indexOf("/"));
  const rest = model.slice(name.length + 1);
  return providers.some(
    (provider) =>
      provider.name === name &&
      provider.is_active &&
      (provider.source === "environment" || provider.models.some((one) => one.name === rest)),
  );
}

const invalid = (pointer: string, code: string): AppError =>
  new AppError("invalid_input", "The route is not valid.", { errors: [{ pointer, code }] });
