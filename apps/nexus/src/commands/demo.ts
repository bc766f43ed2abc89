import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QueryResponse } from "@aurora/contracts";
import { z } from "zod";
import { buildServices } from "../build/services.ts";
import { textInBoxes } from "../demo/box-text.ts";
import { checkAnswer } from "../demo/check-answer.ts";
import { createNexusClient, type NexusClient } from "../demo/client.ts";
import { startProduct } from "../product.ts";
import { temporaryEnvironment } from "../temporary-environment.ts";
import { createTerminal, type Terminal, UserError } from "../terminal.ts";

const Question = z.object({ id: z.string(), query: z.string(), language: z.string() });
const Questions = z.object({
  questions: z.array(
    Question.extend({
      expect: z.object({
        filename: z.string(),
        page: z.int().nullable(),
        quote_contains: z.array(z.string()),
        is_scan: z.boolean().optional(),
      }),
    }),
  ),
  unanswerable: z.array(Question),
});

/** Sample documents in, cited answers out, in a temporary folder and on free ports. @returns 1 on any miss. */
export async function demo(root: string, args: readonly string[]): Promise<number> {
  if (args[0]) throw new UserError(`\`./nexus demo\` takes no argument “${args[0]}”.`);
  const terminal = createTerminal(process.stdout);
  const startedAtMs = Date.now();
  await buildServices(root);
  const folder = mkdtempSync(join(tmpdir(), "nexus-demo-"));
  const lines: string[] = [];
  try {
    const product = await startProduct({
      root,
      environment: await temporaryEnvironment(folder),
      withUi: false,
      write: (line) => lines.push(line),
      onStep: (text) => terminal.done(text),
    });
    terminal.note(`started in ${seconds(startedAtMs)}`);
    try {
      if (!product.firstAdmin) throw new Error("the first administrator was not made");
      const client = createNexusClient(product.urls.api, product.firstAdmin.api_key);
      const misses = await runDemo(client, join(root, "samples"), terminal);
      terminal.write("");
      if (misses > 0) terminal.problem(`${misses} of the demo's questions went wrong`);
      else terminal.done(`every answer is right and cited where it stands (${seconds(startedAtMs)} in all)`);
      return misses > 0 ? 1 : 0;
    } finally {
      await product.stop();
    }
  } catch (error) {
    for (const line of lines.slice(-40)) terminal.write(line);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runDemo(client: NexusClient, samples: string, terminal: Terminal): Promise<number> {
  const names = new Map<string, string>();
  const files = readdirSync(samples).filter(
    (name) => /\.(?:pdf|docx|xlsx|eml|html|md)$/.test(name) && name !== "README.md",
  );
  for (const filename of files.sort()) {
    const startedAtMs = Date.now();
    const id = await client.ingest(filename, readFileSync(join(samples, filename)));
    const { page_count: pages, chunk_count: chunks } = await client.document(id);
    names.set(id, filename);
    terminal.done(
      `${filename}: ${pages === null ? "" : `${pages} pages, `}${chunks} passages in ${seconds(startedAtMs)}`,
    );
  }
  const filenameOf = (id: string) => names.get(id) ?? id;
  const { questions, unanswerable } = Questions.parse(
    JSON.parse(readFileSync(join(samples, "questions.json"), "utf8")),
  );
  let misses = 0;
  for (const { query, language, expect } of questions) {
    const response = await client.query(query, language);
    const pdf = readFileSync(join(samples, expect.filename));
    const faults = await checkAnswer(response, expect, filenameOf, (boxes) => textInBoxes(pdf, boxes));
    if (faults.length > 0) misses += 1;
    present(terminal, query, response, filenameOf, faults);
  }
  for (const { query, language } of unanswerable) {
    const response = await client.query(query, language);
    const faults =
      response.status === "no_sources" && response.citations.length === 0
        ? []
        : [`status is ${response.status}, not no_sources`];
    if (faults.length > 0) misses += 1;
    present(terminal, query, response, filenameOf, faults);
  }
  return misses;
}

function present(
  terminal: Terminal,
  query: string,
  response: QueryResponse,
  filenameOf: (id: string) => string,
  faults: readonly string[],
): void {
  terminal.write(`\n  ${query}`);
  terminal.write(`  → ${response.answer.replaceAll("\n", "\n    ")}`);
  for (const { marker, document_id: id, page_start: page, quote } of response.citations)
    terminal.write(
      `    ${marker} ${filenameOf(id)}${page === null ? "" : `, page ${page}`}: “${quote.replaceAll(/\s+/g, " ")}”`,
    );
  const timings = Object.entries(response.timings_ms).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
  terminal.note(timings.join(", "));
  if (faults.length === 0)
    terminal.done(
      response.status === "answered" ? "right document, page, words and boxes" : "refused, as it should be",
    );
  for (const fault of faults) terminal.problem(fault);
}

const seconds = (startedAtMs: number) => `${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`;
