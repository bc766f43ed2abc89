import type { UpstreamTarget } from "../upstream.ts";
import { type Endpoint, type ProviderDialect, unsupportedEndpoint } from "./dialect.ts";

/** The latest general release of Azure's data plane with deployments in the path. */
export const standardAzureVersion = "2024-10-21";

/**
 * Azure OpenAI: the key in `api-key`, the deployment (which is what a model is called there) in the path and the date of
 * the API in the query; bodies are OpenAI's. A base address that ends in `/openai/v1` is the newer API, which takes the
 * deployment as `model` and no date (Azure OpenAI REST API reference, "Data plane inference").
 */
export const azureDialect: ProviderDialect = {
  chat: (body, target) => ({
    path: azurePath("chat/completions", String(body.model), target),
    headers: {},
    body: JSON.stringify(body),
  }),
  path: azurePath,
  headers: {},
  answer: null,
  stream: () => null,
};

function azurePath(endpoint: Endpoint, model: string, { apiVersion, baseUrl }: UpstreamTarget): string {
  if (endpoint === "rerank") throw unsupportedEndpoint(endpoint);
  if (/\/openai\/v1\/*$/.test(baseUrl)) return `/${endpoint}${apiVersion ? `?${versionQuery(apiVersion)}` : ""}`;
  const query = versionQuery(apiVersion ?? standardAzureVersion);
  if (endpoint === "responses" || endpoint === "models") return `/openai/${endpoint}?${query}`;
  return `/openai/deployments/${encodeURIComponent(model)}/${endpoint}?${query}`;
}

const versionQuery = (version: string): string => `api-version=${encodeURIComponent(version)}`;
