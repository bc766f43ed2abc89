import type { Route } from "../http/define-route.ts";
import { apiKeyRoutes } from "./admin/api-keys.ts";
import { cacheRoutes } from "./admin/cache.ts";
import { guardrailRoutes } from "./admin/guardrails.ts";
import { limitRoutes } from "./admin/limits.ts";
import { modelRouteRoutes } from "./admin/model-routes.ts";
import { modelRoutes } from "./admin/models.ts";
import { providerRoutes } from "./admin/providers.ts";
import { registryRoutes } from "./admin/registry.ts";
import { usageRoutes } from "./admin/usage.ts";
import { userRoutes } from "./admin/users.ts";
import { virtualKeyRoutes } from "./admin/virtual-keys.ts";
import { authRoutes } from "./auth/auth.ts";
import { batchRoutes } from "./documents/batches.ts";
import { documentRoutes } from "./documents/documents.ts";
import { jobRoutes } from "./documents/jobs.ts";
import { linkRoutes } from "./documents/links.ts";
import { versionRoutes } from "./documents/versions.ts";
import { healthRoutes } from "./health/health.ts";
import { queryRoutes } from "./query/query.ts";

/** Every route of the API: what is served, documented and tested for isolation. */
export const routes: readonly Route[] = [
  ...authRoutes,
  ...queryRoutes,
  ...documentRoutes,
  ...versionRoutes,
  ...linkRoutes,
  ...jobRoutes,
  ...batchRoutes,
  ...userRoutes,
  ...apiKeyRoutes,
  ...registryRoutes,
  ...providerRoutes,
  ...cacheRoutes,
  ...modelRoutes,
  ...modelRouteRoutes,
  ...virtualKeyRoutes,
  ...limitRoutes,
  ...usageRoutes,
  ...guardrailRoutes,
  ...healthRoutes,
];
