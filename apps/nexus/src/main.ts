import { productRoot } from "@aurora/config";
import { createTerminal, UserError } from "./terminal.ts";

interface Command {
  readonly summary: string;
  readonly usage?: string;
  /** Loaded on demand: `--help` must not pay for the product. @returns the exit code. */
  readonly load: () => Promise<(root: string, args: readonly string[]) => Promise<number>>;
}

const commands: Readonly<Record<string, Command>> = {
  up: {
    summary: "start Aurora Nexus: installs, builds, makes secrets, migrates, then runs every process until Ctrl-C",
    load: async () => (await import("./commands/up.ts")).up,
  },
  demo: {
    summary: "in a temporary folder: ingest the sample documents, ask questions, check every citation",
    load: async () => (await import("./commands/demo.ts")).demo,
  },
  test: {
    summary: "run every test but chaos; or only the named parts",
    usage: "test [fast] [types] [lint] [boundaries] [unit] [contract] [integration] [browser] [chaos]",
    load: async () => (await import("./commands/test.ts")).test,
  },
  bench: {
    summary: "measure the product; a table on stderr, JSON on stdout",
    usage: "bench [start] [ingestion] [retrieval] [search] [answers] [gateway] [soak] [conversion] [ocr] [vectors]",
    load: async () => (await import("./commands/bench.ts")).bench,
  },
  convert: {
    summary: "turn documents into DoclingDocument JSON, Markdown and chunks; a report row a file on stdout",
    usage:
      "convert PATH… --out DIR [--to json,md,chunks] [--report FILE] [--max-tokens N] [--tokenizer FILE] [--password P] [--jobs N] [--timeout-s S] [--lang fr|en]",
    load: async () => (await import("./commands/convert.ts")).convert,
  },
  "cache-check": {
    summary:
      "would one question get the other's cached answer? rows {a, b, lang} on stdin, {hit, similarity, reason} on stdout",
    usage: "cache-check [FILE…]",
    load: async () => (await import("./commands/cache-check.ts")).cacheCheck,
  },
  "rotate-credentials": {
    summary: "encrypt every provider key anew with the present master key, while the services run",
    usage: "rotate-credentials [--new-key]",
    load: async () => (await import("./commands/rotate-credentials.ts")).rotate,
  },
  doctor: {
    summary: "check every dependency and setting, and say how to mend each",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
};

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary, usage }]) => {
    const row = `  ${name.padEnd(11)} ${summary}`;
    return usage ? `${row}\n  ${"".padEnd(11)}   ./nexus ${usage}` : row;
  });
  return [
    "Aurora Nexus: answers from your own documents, cited to the page.",
    "",
    "Usage: ./nexus COMMAND",
    "",
    ...lines,
    "",
    "Settings: .env (see .env.example). State: DATA_DIR (default ./data).",
  ].join("\n");
}

async function run(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || ["help", "--help", "-h"].includes(name)) {
    process.stdout.write(`${help()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    createTerminal(process.stderr).problem(`There is no command “${name}”. \`./nexus --help\` lists them.`);
    return 2;
  }
  if (args.some((argument) => argument === "--help" || argument === "-h")) {
    process.stdout.write(`./nexus ${command.usage ?? name}\n  ${command.summary}\n`);
    return 0;
  }
  const main = await command.load();
  return main(productRoot(import.meta.dirname), args);
}

try {
  process.exitCode = await run();
} catch (error) {
  const terminal = createTerminal(process.stderr);
  if (error instanceof UserError) terminal.problem(error.message);
  else terminal.write(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
