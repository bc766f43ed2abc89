import { spawn } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../terminal.ts";
import { stampOf, whenChanged } from "./stamp.ts";

export const uiServerPath = (root: string): string => join(root, "apps/ui/.next/standalone/apps/ui/server.js");

/** Builds the dashboard's standalone server with its static files beside it. @returns whether anything was built. */
export function buildUi(root: string): Promise<boolean> {
  const stamp = stampOf(root, [
    "apps/ui",
    "packages/contracts",
    "packages/i18n",
    "package-lock.json",
    "tsconfig.base.json",
  ]);
  return whenChanged(join(root, "apps/ui/.next/.built"), stamp, async () => {
    await nextBuild(root);
    const folder = join(root, "apps/ui");
    const standalone = join(folder, ".next/standalone/apps/ui");
    cpSync(join(folder, ".next/static"), join(standalone, ".next/static"), { recursive: true });
    if (existsSync(join(folder, "public")))
      cpSync(join(folder, "public"), join(standalone, "public"), { recursive: true });
  });
}

function nextBuild(root: string): Promise<void> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
      cwd: join(root, "apps/ui"),
      env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => lines.push(data.toString("utf8")));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve()
        : reject(new UserError(`The dashboard could not be built:\n${lines.join("").slice(-4000)}`)),
    );
  });
}
