import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type IngestionWorld, openWorld } from "./world.ts";

let world: IngestionWorld;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await world.close();
});

/** The process as the supervisor starts it. @returns when it says `ready`. */
async function start(app: "ingest" | "worker"): Promise<ChildProcess> {
  const main = resolve(import.meta.dirname, `../../apps/${app}/src/main.ts`);
  const child = fork(main, {
    execArgv: ["--no-warnings", "--import", "tsx"],
    env: { PATH: process.env.PATH, ...world.environment },
  });
  children.add(child);
  child.on("exit", () => children.delete(child));
  const [message] = await once(child, "message");
  expect(message).toEqual({ type: "ready" });
  return child;
}

it.each(["ingest", "worker"] as const)("the %s process gets ready, drains on SIGTERM and ends with 0", async (app) => {
  const child = await start(app);
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
});

it.each(["ingest", "worker"] as const)("the %s process ends by itself when its supervisor is gone", async (app) => {
  const child = await start(app);
  child.disconnect();
  expect((await once(child, "exit"))[0]).toBe(0);
});

it("the ingest process takes a document from the queue and publishes it", async () => {
  const scope = await world.createTenant();
  const child = await start("ingest");
  const { jobId } = await world.addDocument(scope, "note.md", new TextEncoder().encode("# Note\n\nUn texte court."));
  expect(await world.ended(scope, jobId)).toMatchObject({ state: "success" });
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
});
