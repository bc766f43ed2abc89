import { chmodSync } from "node:fs";
import { freePort } from "./supervisor/ports.ts";

/** Settings of a throw-away instance: its own folder, free ports, embedded stores, nothing of the operator's `.env`. */
export async function temporaryEnvironment(
  folder: string,
  overrides: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  chmodSync(folder, 0o711); // under root the database runs as another user, who must reach its subfolder
  const kept = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "USER"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const ports = new Set<number>();
  while (ports.size < 4) ports.add(await freePort());
  const [api, gateway, s3, ui] = [...ports].map(String);
  return {
    ...Object.fromEntries(kept),
    DATA_DIR: folder,
    HOST_API_PORT: api ?? "",
    HOST_GATEWAY_PORT: gateway ?? "",
    HOST_S3_PORT: s3 ?? "",
    HOST_UI_PORT: ui ?? "",
    LOG_LEVEL: "warn",
    ...overrides,
  };
}
