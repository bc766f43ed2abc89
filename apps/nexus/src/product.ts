import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseEnv } from "node:util";
import { z } from "zod";
import { bundlePath } from "./build/services.ts";
import { uiServerPath } from "./build/ui.ts";
import { lockFolder } from "./data-folder/lock.ts";
import { openDataFolder } from "./data-folder/open.ts";
import { loadOrMakeSecrets } from "./data-folder/secrets.ts";
import { environmentOf } from "./service-environment.ts";
import { requireFreePorts } from "./supervisor/ports.ts";
import { isAlive } from "./supervisor/processes.ts";
import { createSupervisor, killGroup, type ServiceSpec } from "./supervisor/supervisor.ts";
import { UserError } from "./terminal.ts";
import { readConfig, runSetup, startDatabase } from "./wire.ts";

export interface StartOptions {
  readonly root: string;
  /** The variables the product is configured with; `.env` is read by the caller. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly withUi: boolean;
  /** Gets every line of every service. */
  readonly write: (line: string) => void;
  /** Called as each step ends, with a sentence for people. */
  readonly onStep: (text: string) => void;
}

export const FirstAdmin = z.object({ email: z.string(), password: z.string(), api_key: z.string() });
export type FirstAdmin = z.infer<typeof FirstAdmin>;

export interface Product {
  readonly urls: { readonly ui: string; readonly api: string; readonly gateway: string };
  /** The first administrator's credentials while the generated password has not been changed. */
  readonly firstAdmin: FirstAdmin | null;
  /** True when this start made the first administrator. */
  readonly isFirstStart: boolean;
  /** Name, process id and start time of every service. */
  processes(): readonly { name: string; pid: number; identity: string | null }[];
  /** Drains and stops everything; the data folder can be opened again afterwards. */
  stop(): Promise<void>;
}

/** `.env` of the product's folder under the variables of the shell: what the shell sets wins. */
export function readEnvironment(root: string): Record<string, string | undefined> {
  const path = join(root, ".env");
  const file = existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
  return { ...file, ...process.env };
}

/**
 * Starts every process of the product on one data folder and waits until all are healthy.
 * @throws UserError for what the person can mend: a busy port, a second instance, a full disk, a faulty setting.
 */
export async function startProduct(options: StartOptions): Promise<Product> {
  const { root } = options;
  const dataDir = resolve(root, options.environment.DATA_DIR || "./data");
  openDataFolder(dataDir);
  const unlock = lockFolder(dataDir);
  const undo: (() => Promise<void> | void)[] = [unlock];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const runFile = join(dataDir, "run.json");
    await endLeftovers(runFile);
    const settings = { ...options.environment, DATA_DIR: dataDir };
    const config = readConfig({ ...settings, ...loadOrMakeSecrets(dataDir, settings) });
    if (config.qdrantUrl !== null)
      throw new UserError("QDRANT_URL is set, but this version keeps its vectors itself. Remove QDRANT_URL from .env.");
    const { ports } = config;
    await requireFreePorts({
      HOST_API_PORT: ports.api,
      HOST_GATEWAY_PORT: ports.gateway,
      ...(options.withUi ? { HOST_UI_PORT: ports.ui } : {}),
      ...(config.s3.isEmbedded ? { HOST_S3_PORT: ports.s3 } : {}),
    });

    const database = await startDatabase(config, root);
    undo.push(() => database.stop());
    options.onStep(database.summary);

    const environment = {
      ...settings,
      ...loadOrMakeSecrets(dataDir, settings),
      DATABASE_URL: database.appUrl,
      NODE_ENV: config.environment,
      // The dashboard forwards people’s calls from loopback: the address it names is believed, like that of the operator’s proxies.
      TRUSTED_PROXIES: ["127.0.0.1/8", "::1", ...config.trustedProxies].join(","),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", // its notice about Node 20 is not the operator's concern
    };
    const supervisor = createSupervisor({
      write: options.write,
      onChange: () => writeFileSync(runFile, JSON.stringify(supervisor?.running() ?? []), { mode: 0o600 }),
    });
    undo.push(async () => {
      await supervisor.stopAll();
      rmSync(runFile, { force: true });
    });

    const folder = mkdirp(join(dataDir, "run"));
    const service = (name: string, healthUrl: string | null, script: readonly string[]): ServiceSpec => ({
      name,
      healthUrl,
      script,
      environment: environmentOf(name, environment),
      folder,
    });
    const bundle = (name: string) => ["--enable-source-maps", bundlePath(root, name)];
    if (config.s3.isEmbedded) {
      await supervisor.start(service("s3", null, [...bundle("s3")]));
      options.onStep("object store");
    }
    const hadAdmin = existsSync(firstAdminPath(dataDir));
    await runSetup(bundlePath(root, "api-setup"), environmentOf("setup", environment), folder);
    const isFirstStart = !hadAdmin && existsSync(firstAdminPath(dataDir));
    await supervisor.start(service("gateway", `${config.urls.gateway}/health`, bundle("gateway")));
    options.onStep("gateway");
    await supervisor.start(service("api", `${config.urls.api}/api/health`, bundle("api")));
    options.onStep("API");
    await supervisor.start(service("ingest", null, bundle("ingest")));
    await supervisor.start(service("worker", null, bundle("worker")));
    options.onStep("workers");
    const uiUrl = `http://localhost:${ports.ui}`;
    if (options.withUi) {
      await supervisor.start({
        ...service("ui", `http://127.0.0.1:${ports.ui}/api/health`, [
          "--import",
          pathToFileURL(bundlePath(root, "end-with-supervisor")).href,
          uiServerPath(root),
        ]),
        environment: {
          ...environmentOf("ui", environment),
          PORT: String(ports.ui),
          HOSTNAME: "127.0.0.1",
          INTERNAL_API_URL: config.urls.api,
          S3_PUBLIC_ENDPOINT: config.s3.publicEndpoint,
          TRUSTED_PROXIES: config.trustedProxies.join(","), // in front of the dashboard stand the operator's alone
          NEXT_TELEMETRY_DISABLED: "1",
        },
      });
      options.onStep("dashboard");
    }
    return {
      urls: {
        ui: config.urls.publicBase === `http://localhost:${ports.ui}` ? uiUrl : config.urls.publicBase,
        api: config.urls.api,
        gateway: config.urls.gateway,
      },
      firstAdmin: readFirstAdmin(dataDir),
      isFirstStart,
      processes: () => supervisor.running(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ends services that outlived a killed launcher: they end by themselves, so this only waits, and kills what does not. */
async function endLeftovers(runFile: string): Promise<void> {
  if (!existsSync(runFile)) return;
  const Left = z.array(z.object({ name: z.string(), pid: z.int(), identity: z.string().nullable() }));
  const parsed = Left.safeParse(JSON.parse(readFileSync(runFile, "utf8") || "[]"));
  const living = () => (parsed.success ? parsed.data : []).filter(({ pid, identity }) => isAlive(pid, identity));
  for (let waited = 0; waited < 50 && living().length > 0; waited++) await new Promise((done) => setTimeout(done, 100));
  for (const { pid } of living()) killGroup(pid);
  rmSync(runFile, { force: true });
}

const firstAdminPath = (dataDir: string) => join(dataDir, "first-admin.json");

function readFirstAdmin(dataDir: string): FirstAdmin | null {
  const path = firstAdminPath(dataDir);
  return existsSync(path) ? FirstAdmin.parse(JSON.parse(readFileSync(path, "utf8"))) : null;
}

function mkdirp(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
