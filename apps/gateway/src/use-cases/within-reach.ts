import { allowsModel } from "../callers/key-scope.ts";
import { type RoutePlan, routeName } from "../routing/index.ts";
import type { CallContext } from "./call-context.ts";

/**
 * The plan as far as a virtual key reaches: an alias it may use with all that stands behind it, or what it names itself.
 * With nothing left the plan stays as it is, and its first candidate is refused by name.
 */
export function withinReach(plan: RoutePlan, { key }: CallContext): RoutePlan {
  if (key === null || (plan.alias !== null && allowsModel(key, plan.alias))) return plan;
  const candidates = plan.candidates.filter((route) => allowsModel(key, routeName(route)));
  return candidates.length > 0 ? { ...plan, candidates } : plan;
}
