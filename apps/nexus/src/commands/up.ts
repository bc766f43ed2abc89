import { buildServices } from "../build/services.ts";
import { buildUi } from "../build/ui.ts";
import { type FirstAdmin, readEnvironment, startProduct } from "../product.ts";
import { createTerminal, type Terminal, UserError } from "../terminal.ts";

/** Starts everything, prints where to go, and runs until Ctrl-C or SIGTERM. */
export async function up(root: string, args: readonly string[]): Promise<number> {
  if (args[0])
    throw new UserError(`\`./nexus up\` takes no argument “${args[0]}”. Settings stand in .env (see .env.example).`);
  const terminal = createTerminal(process.stdout);
  const startedAtMs = Date.now();
  const stopAsked = new Promise<void>((resolve) => {
    process.on("SIGINT", () => resolve());
    process.on("SIGTERM", () => resolve());
  });

  terminal.note("building what changed…");
  const [services, ui] = [await buildServices(root), await buildUi(root)];
  terminal.done(services || ui ? "built" : "nothing to build");

  const starting = startProduct({
    root,
    environment: readEnvironment(root),
    withUi: true,
    write: (line) => terminal.write(line),
    onStep: (text) => terminal.done(text),
  });
  starting.catch(() => undefined); // reported by the `await` below
  const product = await Promise.race([starting, stopAsked.then(() => null)]);
  if (product === null) {
    terminal.note("stopping…");
    await starting.then((started) => started.stop());
    return 0;
  }

  terminal.write("");
  terminal.write(`  Aurora Nexus is ready after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
  terminal.write("");
  terminal.write(`  Open    ${product.urls.ui}`);
  if (product.firstAdmin && product.isFirstStart) presentFirstAdmin(terminal, product.firstAdmin, process.stdout.isTTY);
  terminal.write(`  API     ${product.urls.api}/api/docs`);
  terminal.write("  Stop    Ctrl-C");
  terminal.write("");

  await stopAsked;
  terminal.note("stopping: what is under way ends first…");
  await product.stop();
  terminal.done("stopped");
  return 0;
}

/** The password is for the person at the terminal: a log file or a service manager's journal would keep it. */
function presentFirstAdmin(terminal: Terminal, admin: FirstAdmin, isTerminal: boolean): void {
  terminal.write(`  E-mail  ${admin.email}`);
  if (isTerminal) terminal.write(`  Password ${admin.password}`);
  terminal.write(
    isTerminal
      ? "  Shown once; kept in first-admin.json of the data folder until you change it."
      : "  The password is in first-admin.json of the data folder, until you change it.",
  );
}
