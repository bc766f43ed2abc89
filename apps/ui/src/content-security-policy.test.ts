import { describe, expect, it } from "vitest";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { readEnvironment } from "./environment.ts";

const policyOf = (source: Record<string, string>) =>
  new Map(
    contentSecurityPolicy("N", readEnvironment(source), false)
      .split("; ")
      .map((directive) => {
        const [name = "", ...sources] = directive.split(" ");
        return [name, sources];
      }),
  );

describe("contentSecurityPolicy", () => {
  it("lets nothing inline, evaluated or remote run", () => {
    const policy = policyOf({});
    expect(policy.get("script-src")).toEqual(["'self'", "'nonce-N'", "'strict-dynamic'"]);
    expect(policy.get("style-src")).toEqual(["'self'", "'nonce-N'"]);
    expect([...policy.values()].flat().some((source) => /unsafe|\*/.test(source))).toBe(false);
    expect(policy.get("img-src")).toEqual(["'self'", "data:", "blob:"]);
    for (const closed of ["object-src", "frame-src", "frame-ancestors", "base-uri"])
      expect(policy.get(closed)).toEqual(["'none'"]);
  });
  it("lets the browser speak to the object store's origin alone, and to the API when it is called directly", () => {
    expect(policyOf({}).get("connect-src")).toEqual(["'self'", "http://127.0.0.1:9000"]);
    const direct = policyOf({
      S3_PUBLIC_ENDPOINT: "https://s3.example.org/x",
      NEXT_PUBLIC_API_URL: "https://api.example.org/",
    });
    expect(direct.get("connect-src")).toEqual(["'self'", "https://s3.example.org", "https://api.example.org"]);
  });
});

it("reaches the API where INTERNAL_API_URL says, else on its port of this machine", () => {
  expect(readEnvironment({}).internalApiUrl).toBe("http://127.0.0.1:8000");
  expect(readEnvironment({ HOST_API_PORT: "8010" }).internalApiUrl).toBe("http://127.0.0.1:8010");
  expect(readEnvironment({ INTERNAL_API_URL: "http://api:8000/" }).internalApiUrl).toBe("http://api:8000");
});
