import { loadConfig } from "@aurora/config";
import { describe, expect, it } from "vitest";
import { httpOptionsOf } from "./wire.ts";

const cookie = { name: "aurora_token", isSecure: true, sameSite: "lax" } as const;
const optionsFor = (environment: Record<string, string>) => httpOptionsOf(loadConfig(environment), { cookie });

describe("where the API may be reached from", () => {
  it("is this machine alone until PUBLIC_BASE_URL says otherwise", () => {
    const { allowedHosts, ownOrigins } = optionsFor({});
    expect([...allowedHosts].sort()).toEqual(["127.0.0.1", "[::1]", "localhost"]);
    expect(ownOrigins.has("http://localhost:3000")).toBe(true);
    expect(ownOrigins.has("http://127.0.0.1:3000")).toBe(true);
    expect(ownOrigins.has("http://127.0.0.1:8000")).toBe(true);
    expect(ownOrigins.has("http://127.0.0.1:9000")).toBe(false);
  });
  it("is the published name, and no loopback dashboard any more, behind a proxy", () => {
    const { allowedHosts, ownOrigins } = optionsFor({ PUBLIC_BASE_URL: "https://Nexus.Example/" });
    expect(allowedHosts.has("nexus.example")).toBe(true);
    expect(ownOrigins.has("https://nexus.example")).toBe(true);
    expect(ownOrigins.has("http://localhost:3000")).toBe(false);
  });
  it("never lets * through with credentials", () => {
    const { corsOrigins } = optionsFor({ CORS_ALLOW_ORIGINS: "*, https://partner.example/path" });
    expect([...corsOrigins]).toEqual(["https://partner.example"]);
  });
});
