import { AppError } from "@aurora/kernel";
import { assertKeyEgress } from "../callers/key-scope.ts";
import type { Route } from "../providers/directory.ts";
import type { CallContext } from "./call-context.ts";
import type { EgressRule } from "./gateway-rows.ts";

/** Every corpus whose text or question is in a call. */
export const corporaOf = (context: CallContext): readonly string[] => [
  ...new Set([...context.evidence_source_apps, ...(context.source_app === null ? [] : [context.source_app])]),
];

/**
 * Text leaves for an external provider only when every corpus it comes from approves that very provider. A call that
 * names no corpus, or one without a rule, is refused: what is not known to be allowed is not. A probe holds no text
 * (`asProbe`), and is what an administrator tries a provider with before approving it. A virtual key has a rule of its
 * own; when it belongs to a corpus, that one's holds besides.
 * @throws AppError `egress_refused`.
 */
export function assertEgress(route: Route, context: CallContext, rules: readonly EgressRule[]): void {
  if (route.location === "local" || context.purpose === "probe") return;
  const { key } = context;
  if (key !== null) {
    assertKeyEgress(key, route);
    if (key.sourceApp === null) return;
  }
  const corpora = corporaOf(context);
  const isApproved = (corpus: string) =>
    rules.some(
      (rule) =>
        rule.sourceApp === corpus && rule.egress === "approved" && rule.approvedProviderIds.includes(route.target.id),
    );
  const refused = corpora.find((corpus) => !isApproved(corpus));
  if (corpora.length > 0 && refused === undefined) return;
  throw new AppError("egress_refused", "The text of this corpus may not go to this provider.", {
    params: { source_app: refused ?? null, provider: route.providerName },
  });
}
