import { expect, it } from "vitest";
import { environmentOf } from "./service-environment.ts";

const settings = {
  PATH: "/bin",
  DATABASE_URL: "db",
  DATABASE_ADMIN_URL: "admin",
  JWT_SECRET: "jwt",
  S3_SECRET_ACCESS_KEY: "s3",
  ADMIN_PASSWORD: "first",
  LLM_CREDENTIALS_ENC_KEY: "enc",
  LLM_CREDENTIALS_ENC_KEY_OLD: "old",
  REDIS_URL: undefined,
  HTTPS_PROXY: "http://user:password@proxy",
  DOCLING_SERVE_API_KEY: "docling",
};

it.each([
  ["s3", ["PATH", "S3_SECRET_ACCESS_KEY"]],
  ["gateway", ["DATABASE_URL", "HTTPS_PROXY", "LLM_CREDENTIALS_ENC_KEY", "LLM_CREDENTIALS_ENC_KEY_OLD", "PATH"]],
  [
    "api",
    [
      "DATABASE_URL",
      "HTTPS_PROXY",
      "JWT_SECRET",
      "LLM_CREDENTIALS_ENC_KEY",
      "LLM_CREDENTIALS_ENC_KEY_OLD",
      "PATH",
      "S3_SECRET_ACCESS_KEY",
    ],
  ],
  ["setup", ["ADMIN_PASSWORD", "DATABASE_URL", "PATH"]],
  ["ingest", ["DATABASE_URL", "DOCLING_SERVE_API_KEY", "PATH", "S3_SECRET_ACCESS_KEY"]],
  ["worker", ["DATABASE_URL", "PATH", "S3_SECRET_ACCESS_KEY"]],
  ["ui", ["PATH"]],
  ["a service nobody thought of", ["PATH"]],
])("%s gets its own secrets and no other", (service, names) => {
  expect(Object.keys(environmentOf(service, settings)).sort()).toEqual(names);
});
