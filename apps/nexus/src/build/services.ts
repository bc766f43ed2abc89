import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { stampOf, whenChanged } from "./stamp.ts";

/** Bundle of each process: `dist/<name>.js`. Packages of the registry stay in node_modules; ours are bundled. */
const entries: Readonly<Record<string, string>> = {
  api: "apps/api/src/main.ts",
  "api-setup": "apps/api/src/setup.ts",
  gateway: "apps/gateway/src/main.ts",
  ingest: "apps/ingest/src/main.ts",
  worker: "apps/worker/src/main.ts",
  s3: "apps/nexus/src/s3/main.ts",
  "end-with-supervisor": "apps/nexus/src/ui/end-with-supervisor.ts",
};

/**
 * Started once a document, so that its start counts: its parsers are bundled too, for one file loads in a third of the
 * time of their hundred modules. What comes with WASM or model files stays outside, beside them.
 */
const conversionChild: BuildOptions = {
  entryPoints: { "conversion-child": "packages/conversion/src/local/child.ts" },
  external: ["@embedpdf/*", "tesseract.js-core", "@tesseract.js-data/*", "@jsquash/*"],
  // CommonJS packages inside the bundle ask for Node's own modules by `require`, which a module does not have
  banner: {
    js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
  },
};

export const bundlePath = (root: string, name: string): string => join(root, "dist", `${name}.js`);

/** @returns whether anything was built. */
export function buildServices(root: string): Promise<boolean> {
  const sources = [
    "packages",
    "apps/api",
    "apps/gateway",
    "apps/ingest",
    "apps/worker",
    "apps/nexus/src/build",
    "apps/nexus/src/s3",
    "apps/nexus/src/ui",
  ];
  return whenChanged(join(root, "dist/.services"), stampOf(root, [...sources, "package-lock.json"]), async () => {
    await build({ ...sharedOptions(root), entryPoints: { ...entries }, external: externalPackages(root) });
    await buildConversion(root);
  });
}

/** The door `./nexus convert` and the process it converts in: all that this door needs. @returns whether anything was built. */
export function buildConversion(root: string): Promise<boolean> {
  const stamp = stampOf(root, ["packages", "apps/nexus/src/build", "apps/nexus/src/convert", "package-lock.json"]);
  return whenChanged(join(root, "dist/.conversion"), stamp, async () => {
    const convert = { convert: "apps/nexus/src/convert/main.ts" };
    await build({ ...sharedOptions(root), entryPoints: convert, external: externalPackages(root) });
    await build({ ...sharedOptions(root), ...conversionChild });
  });
}

/** A door that judges rows: `apps/nexus/src/<name>/main.ts` becomes `dist/<name>.js`. @returns whether anything was built. */
export function buildRowDoor(root: string, name: string): Promise<boolean> {
  const stamp = stampOf(root, ["packages", "apps/nexus/src/build", `apps/nexus/src/${name}`, "package-lock.json"]);
  return whenChanged(join(root, `dist/.${name}`), stamp, async () => {
    const entryPoints = { [name]: `apps/nexus/src/${name}/main.ts` };
    await build({ ...sharedOptions(root), entryPoints, external: externalPackages(root) });
  });
}

const sharedOptions = (root: string): BuildOptions => ({
  absWorkingDir: root,
  outdir: join(root, "dist"),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  logLevel: "error",
});

/** Every dependency from the registry that a workspace names, but those npm did not lift to the root: `dist` could not find them. */
function externalPackages(root: string): string[] {
  const names = new Set<string>();
  for (const kind of ["packages", "apps"])
    for (const folder of readdirSync(join(root, kind))) {
      const manifest = JSON.parse(readFileSync(join(root, kind, folder, "package.json"), "utf8")) as {
        dependencies?: Record<string, string>;
      };
      for (const name of Object.keys(manifest.dependencies ?? {})) if (!name.startsWith("@aurora/")) names.add(name);
    }
  return [...names]
    .filter((name) => existsSync(join(root, "node_modules", name)))
    .flatMap((name) => [name, `${name}/*`]);
}
