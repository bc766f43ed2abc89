import type { ProviderKind } from "@aurora/contracts";
import type { UpstreamTarget } from "../upstream.ts";
import { anthropicDialect } from "./anthropic.ts";
import { azureDialect } from "./azure.ts";
import type { ProviderDialect } from "./dialect.ts";
import { openaiDialect } from "./openai.ts";

export type { DialectCall, Endpoint, ProviderDialect, StreamTranslator } from "./dialect.ts";

const dialects: Readonly<Record<ProviderKind, ProviderDialect>> = {
  openai: openaiDialect,
  openrouter: openaiDialect,
  openai_compatible: openaiDialect,
  anthropic: anthropicDialect,
  azure_openai: azureDialect,
};
export const dialectOf = (kind: ProviderKind): ProviderDialect => dialects[kind];

/** The header each kind wants its key in, when it is not `authorization: Bearer`. */
export function keyHeaderOf(kind: ProviderKind): Pick<UpstreamTarget, "keyHeader"> {
  if (kind === "anthropic") return { keyHeader: "x-api-key" };
  return kind === "azure_openai" ? { keyHeader: "api-key" } : {};
}
