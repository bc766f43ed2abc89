import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import { envExample } from "./env-example.ts";

const strong = "k3JqX9vTz0mWc7RbY2nLs5HdG8fPaE1u";

describe("loadConfig", () => {
  it("needs nothing: an empty environment is the embedded product", () => {
    const config = loadConfig({});
    expect(config.database.url).toBeNull();
    expect(config.s3).toMatchObject({ isEmbedded: true, endpoint: "http://127.0.0.1:9000" });
    expect(config.auth.enforceCallerAppRegistry).toBe(true);
    expect(config.queryLog).toMatchObject({ storeQuestion: false, storeAnswer: false });
  });

  it("names every fault and prints no value", () => {
    const load = () => loadConfig({ HOST_API_PORT: "hunter2", RETURN_JWT_IN_BODY: "hunter2" });
    expect(load).toThrow(/HOST_API_PORT[\s\S]*RETURN_JWT_IN_BODY/);
    expect(load).not.toThrow(/hunter2/);
  });

  it.each([
    ["short", "tooshort"],
    ["a default", "changeme-changeme-changeme-changeme-"],
    ["one letter over and over", "a".repeat(40)],
  ])("refuses %s secret in production", (_, secret) => {
    expect(() => loadConfig({ NODE_ENV: "production", JWT_SECRET: secret })).toThrow(/JWT_SECRET/);
    expect(loadConfig({ NODE_ENV: "test", JWT_SECRET: secret }).secrets.jwt).toBe(secret);
  });

  it("traces nothing until a collector is named, and reads OpenTelemetry's own names", () => {
    expect(loadConfig({ OTEL_TRACES_SAMPLER: "always_on" }).tracing).toBeNull();
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };
    expect(loadConfig({ ...endpoint, OTEL_SDK_DISABLED: "true" }).tracing).toBeNull();
    const headers = "authorization=Basic%20abc==, x-scope = a ";
    expect(
      loadConfig({ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_TRACES_SAMPLER_ARG: "0.5" }).tracing,
    ).toEqual({
      endpoint: {
        url: "http://127.0.0.1:4318",
        headers: { authorization: "Basic abc==", "x-scope": "a" },
        timeoutMs: 10_000,
      },
      sampler: "parentbased_always_on",
      samplerRatio: 0.5,
      resource: {},
      metricIntervalMs: 60_000,
    });
    for (const bad of ["no pair", "a=%zz"])
      expect(() => loadConfig({ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: bad })).toThrow(
        /^OTEL_EXPORTER_OTLP_HEADERS (?!.*zz)/,
      );
    expect(() => loadConfig({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toThrow(/OTEL_EXPORTER_OTLP_PROTOCOL/);
  });

  it("takes a strong secret and refuses an encryption key of another length", () => {
    expect(loadConfig({ JWT_SECRET: strong }).secrets.jwt).toBe(strong);
    expect(() => loadConfig({ LLM_CREDENTIALS_ENC_KEY: `${strong}${strong}` })).toThrow(/32 bytes/);
  });

  it.each([
    [undefined, false],
    ["http://127.0.0.1:3000", false],
    ["https://nexus.example.org", true],
    ["http://nexus.example.org", true],
  ])("sends the cookie over plain HTTP on loopback alone (%s)", (baseUrl, secure) => {
    expect(loadConfig({ PUBLIC_BASE_URL: baseUrl }).auth.cookieSecure).toBe(secure);
  });

  it("believes the older name of the usage retention, and the newer one first", () => {
    expect(loadConfig({ OPENROUTER_USAGE_RETENTION_DAYS: "7" }).retention.llmUsageDays).toBe(7);
    expect(
      loadConfig({ OPENROUTER_USAGE_RETENTION_DAYS: "7", LLM_USAGE_RETENTION_DAYS: "9" }).retention.llmUsageDays,
    ).toBe(9);
    expect(loadConfig({}).retention.llmUsageDays).toBe(400);
  });

  it("takes an embedding model with its width, and neither alone", () => {
    expect(loadConfig({}).embedding).toBeNull();
    expect(loadConfig({ EMBEDDING_MODEL: "lan/bge-m3", EMBEDDING_DIMENSIONS: "1024" }).embedding).toEqual({
      model: "lan/bge-m3",
      dimensions: 1024,
    });
    for (const half of [{ EMBEDDING_MODEL: "lan/bge-m3" }, { EMBEDDING_DIMENSIONS: "1024" }])
      expect(() => loadConfig(half)).toThrow(/EMBEDDING_MODEL and EMBEDDING_DIMENSIONS/);
  });

  it("knows the ports of its own services and stores, where no provider may be", () => {
    const { ownPorts, privateHosts } = loadConfig({
      ...{ HOST_API_PORT: "8001", DATABASE_URL: "postgres://db/nexus", REDIS_URL: "redis://:pw@cache:6390" },
      ...{ CLAMAV_URL: "tcp://scanner:3311", DOCLING_SERVE_URL: "http://docling.lan:5001" },
      PROVIDER_PRIVATE_HOSTS: "Ollama.lan:11434",
    }).providerAddresses;
    expect(privateHosts).toEqual(["ollama.lan:11434"]);
    expect(ownPorts).toEqual(expect.arrayContaining([8001, 3000, 8100, 9000, 5432, 6390, 3311, 5001]));
  });

  it.each([
    ["redis://cache:6379", false],
    ["rediss://user@cache:6379", false],
    ["redis://localhost.evil.example:6379", false],
    ["redis://:pw@cache:6379", true],
    ["redis://127.0.0.1:6379", true],
    ["redis://localhost:6379", true],
    ["redis://[::1]:6379", true],
  ])("takes a Redis without a password on this machine alone (%s)", (url, isTaken) => {
    if (isTaken) expect(loadConfig({ REDIS_URL: url }).redisUrl).toBe(url);
    else expect(() => loadConfig({ REDIS_URL: url })).toThrow(/REDIS_URL has no password/);
  });

  it("reads the outbound proxy under either name, and its exceptions", () => {
    expect(loadConfig({ NO_PROXY: "a" }).outboundProxy).toBeNull();
    const proxy = { url: "http://proxy.lan:3128", exceptions: ["llm.lan", ".intra"] };
    expect(loadConfig({ HTTPS_PROXY: proxy.url, NO_PROXY: "LLM.lan, .intra" }).outboundProxy).toEqual(proxy);
    expect(loadConfig({ https_proxy: proxy.url, no_proxy: "llm.lan,.intra" }).outboundProxy).toEqual(proxy);
    expect(() => loadConfig({ HTTPS_PROXY: "socks5://x:1" })).toThrow(/HTTPS_PROXY/);
  });

  it("treats an empty value as unset", () => {
    expect(loadConfig({ DATABASE_URL: "", REDIS_URL: "" })).toMatchObject({ redisUrl: null, database: { url: null } });
  });
});

it(".env.example is what the schema says", () => {
  expect(readFileSync(join(import.meta.dirname, "../../../.env.example"), "utf8")).toBe(envExample());
});
