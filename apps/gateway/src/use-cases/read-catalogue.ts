import { jobScope } from "@aurora/kernel";
import type { ProviderDirectory } from "../providers/directory.ts";
import { unknownModel } from "../providers/directory.ts";
import type { Upstream } from "../providers/upstream.ts";
import type { CallContext } from "./call-context.ts";
import { requireProbe } from "./check-provider.ts";
import type { Presence } from "./presence.ts";
import { guarded, readWhole, type WholeAnswer } from "./read-whole.ts";

/**
 * What a provider says of its models, for the administrator's import. No text of anybody goes out.
 * @throws AppError `not_found` for a provider the tenant does not have; `upstream_failed`, `upstream_timeout`, `egress_refused`.
 */
export async function readCatalogue(
  { directory, upstream }: { readonly directory: ProviderDirectory; readonly upstream: Upstream },
  { context, presence, request }: { context: CallContext; request: { provider: string }; presence: Presence },
): Promise<WholeAnswer> {
  requireProbe(context);
  const view = await directory.view(jobScope(context.tenant_id, "gateway.catalogue"), true);
  const route = view.providerRoute(request.provider, "");
  if (route === null) throw unknownModel(request.provider);
  const { dialect, target, timeouts } = route;
  const { signal } = presence;
  return guarded(signal, async () =>
    readWhole(
      await upstream.get(target, dialect.path("models", "", target), signal, { headers: dialect.headers, timeouts }),
    ),
  );
}
