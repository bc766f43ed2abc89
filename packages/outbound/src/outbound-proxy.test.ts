import { describe, expect, it } from "vitest";
import { isProxyException } from "./outbound-proxy.ts";

describe("NO_PROXY", () => {
  it.each([
    ["https://llm.intra/v1", ["llm.intra"], true],
    ["https://llm.intra/v1", [".intra"], true],
    ["https://llm.intra/v1", ["*.intra"], true],
    ["https://LLM.intra/v1", ["intra"], true],
    ["https://llm.intra:8443/v1", ["llm.intra:8443"], true],
    ["https://llm.intra/v1", ["llm.intra:443"], true],
    ["https://anything.example/v1", ["*"], true],
    ["https://llm.intra/v1", ["llm.intra:8443"], false],
    ["https://notintra/v1", ["intra"], false],
    ["https://intra.example/v1", ["intra"], false],
    ["https://llm.intra/v1", [], false],
    ["https://llm.intra/v1", ["", "."], false],
  ])("%s with %j: %s", (url, exceptions, expected) =>
    expect(isProxyException(new URL(url), exceptions)).toBe(expected),
  );
});
