import { AppError } from "@aurora/kernel";
import type { VirtualKeyCaller } from "./key-authentication.ts";

/** What is judged of a route: a `Route` of the provider directory. */
interface JudgedRoute {
  readonly target: { readonly id: string };
  readonly providerName: string;
  readonly location: "local" | "external";
  readonly model: string;
}

/** Whether a key names a model: an alias, `provider/model`, or the beginning of one before `*`. Case counts. */
export function allowsModel(caller: Pick<VirtualKeyCaller, "allowedModels">, name: string): boolean {
  const isNamed = (pattern: string) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  return caller.allowedModels === null || caller.allowedModels.some(isNamed);
}

/**
 * A call is allowed by the name it asks for (an alias, with all that stands behind it) or by where it goes: ask for each
 * candidate of a route. `route` null = the built-in engine, known by its name alone.
 * @throws AppError `model_not_allowed`.
 */
export function assertModelAllowed(
  caller: Pick<VirtualKeyCaller, "allowedModels">,
  requestedModel: string,
  route: Pick<JudgedRoute, "providerName" | "model"> | null,
): void {
  const isAllowed =
    allowsModel(caller, requestedModel) ||
    (route !== null && allowsModel(caller, `${route.providerName}/${route.model}`));
  if (isAllowed) return;
  throw new AppError("model_not_allowed", "This key may not ask for this model.", {
    params: { model: requestedModel },
    errors: [{ pointer: "/model", code: "model_not_allowed" }],
  });
}

/**
 * What a key sends leaves for an external provider only when the key names it. The rule of the key's corpus, if it has
 * one, holds besides (`assertEgress`).
 * @throws AppError `egress_refused`.
 */
export function assertKeyEgress(
  caller: Pick<VirtualKeyCaller, "egress" | "approvedProviderIds" | "sourceApp">,
  route: Pick<JudgedRoute, "location" | "providerName" | "target">,
): void {
  const isApproved = caller.egress === "approved" && caller.approvedProviderIds.includes(route.target.id);
  if (route.location === "local" || isApproved) return;
  throw new AppError("egress_refused", "This key may not send text to this provider.", {
    params: { source_app: caller.sourceApp, provider: route.providerName },
  });
}

/** @throws AppError `invalid_input`: the `aurora` field is an internal caller's, who signs it. */
export function refuseAuroraField(body: object): void {
  if ("aurora" in body)
    throw new AppError("invalid_input", "The aurora field is not accepted with a virtual key.", {
      errors: [{ pointer: "/aurora", code: "unknown_field" }],
    });
}
