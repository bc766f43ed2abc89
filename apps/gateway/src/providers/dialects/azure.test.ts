import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { azureDialect } from "./azure.ts";
import { keyHeaderOf } from "./index.ts";

const at = (baseUrl: string, apiVersion: string | null = null) => ({ id: "p", baseUrl, apiKey: "k", apiVersion });
const old = at("https://mine.openai.azure.com");

describe("Azure", () => {
  it("has the deployment in the path and the date of the API in the query", () => {
    expect(azureDialect.chat({ model: "gpt 4/o", messages: [] }, old)).toEqual({
      path: "/openai/deployments/gpt%204%2Fo/chat/completions?api-version=2024-10-21",
      headers: {},
      body: '{"model":"gpt 4/o","messages":[]}',
    });
    const dated = at("https://mine.openai.azure.com", "2025-04-01-preview");
    expect(azureDialect.path("embeddings", "ada", dated)).toBe(
      "/openai/deployments/ada/embeddings?api-version=2025-04-01-preview",
    );
    expect(azureDialect.path("responses", "gpt", old)).toBe("/openai/responses?api-version=2024-10-21");
    expect(azureDialect.path("models", "", old)).toBe("/openai/models?api-version=2024-10-21");
  });

  it("is called as OpenAI is at the address of its newer API", () => {
    const v1 = at("https://mine.openai.azure.com/openai/v1/");
    expect(azureDialect.path("chat/completions", "gpt", v1)).toBe("/chat/completions");
    expect(azureDialect.path("responses", "gpt", { ...v1, apiVersion: "2025-04-01-preview" })).toBe(
      "/responses?api-version=2025-04-01-preview",
    );
  });

  it("takes its key in api-key, and has no reranker", () => {
    expect(keyHeaderOf("azure_openai")).toEqual({ keyHeader: "api-key" });
    expect(() => azureDialect.path("rerank", "m", old)).toThrow(AppError);
  });
});
