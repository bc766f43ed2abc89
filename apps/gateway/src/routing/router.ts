import type { TenantScope } from "@aurora/kernel";
import type { ProviderDirectory, Route } from "../providers/directory.ts";
import { unknownModel } from "../providers/directory.ts";
import { type CallNeeds, planOfAlias, planOfModel, type RoutePlan } from "./plan.ts";

export interface Router {
  /**
   * Whom a call is to be made to. An alias goes before `provider/model`, and that before a bare name.
   * @param needs What the candidates of an alias are chosen by.
   * @throws AppError `not_found` for an unknown model, and for an alias none of whose targets can be called; `conflict`
   *   for a bare name of several providers.
   */
  plan(scope: TenantScope, model: string, needs?: CallNeeds): Promise<RoutePlan>;
  /** Every name a caller may write, as of now: aliases first. */
  list(scope: TenantScope): Promise<readonly { readonly id: string; readonly owner: string }[]>;
}

/** @param random Of [0, 1): draws the first candidate of an alias with weights. */
export function createRouter(directory: ProviderDirectory, random: () => number = Math.random): Router {
  async function find(scope: TenantScope, model: string, needs: CallNeeds, anew: boolean): Promise<RoutePlan | null> {
    const view = await directory.view(scope, anew);
    const alias = view.alias(model);
    if (alias) return planOfAlias(view, alias, needs, random);
    const route = view.route(model);
    return route && planOfModel(route);
  }
  return {
    async plan(scope, model, needs = {}) {
      const found = (await find(scope, model, needs, false)) ?? (await find(scope, model, needs, true));
      if (found === null) throw unknownModel(model);
      return found;
    },
    async list(scope) {
      const { aliases, models } = await directory.view(scope, true);
      return [
        ...aliases.map(({ alias }) => ({ id: alias, owner: "aurora" })),
        ...models.map(({ id, provider }) => ({ id, owner: provider })),
      ];
    },
  };
}

/** What a circuit breaker keeps apart: one provider's model. */
export const routeKey = ({ model, target }: Pick<Route, "model" | "target">): string => `${target.id} ${model}`;

/** As callers, logs and virtual keys name it. */
export const routeName = ({ model, providerName }: Pick<Route, "model" | "providerName">): string =>
  `${providerName}/${model}`;
