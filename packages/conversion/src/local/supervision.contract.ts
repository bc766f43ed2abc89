import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@aurora/kernel";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { contractOptions } from "../contract/index.ts";
import { createLocalConverter } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "aurora-conversion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A converter whose child runs `onConvert` instead of converting. */
function converterOf(name: string, onConvert: string) {
  const childEntry = join(folder, `${name}.mjs`);
  writeFileSync(childEntry, `process.on("message", async () => { ${onConvert} }); process.send({ kind: "ready" });`);
  const converter = createLocalConverter({ childEntry });
  onTestFinished(() => converter.close());
  return converter;
}
const file = { filename: "a.txt", bytes: Uint8Array.of(65) };
const ignore = async () => {};

it.each([
  ["exits without an answer", "process.exit(3)", {}, "document_corrupt"],
  [
    "answers with what it should not",
    "process.send({ kind: 'failed', code: 'unauthenticated', message: '', params: {} })",
    {},
    "document_corrupt",
  ],
  [
    "sends a page that is a path",
    "process.send({ kind: 'page_image', page: '../x', png: Buffer.alloc(9) })",
    {},
    "document_corrupt",
  ],
  ["throws", "throw new Error('bug')", {}, "document_corrupt"],
  [
    "fills its heap",
    "const all = []; for (;;) all.push(new Array(1000).fill({}))",
    { maxMemoryMb: 64 },
    "conversion_out_of_memory",
  ],
  [
    "takes memory outside its heap",
    "const all = []; setInterval(() => all.push(Buffer.alloc(20_000_000, 1)), 1)",
    { maxMemoryMb: 256 },
    "conversion_out_of_memory",
  ],
  ["never comes to an end", "for (;;);", { timeoutMs: 700 }, "conversion_timeout"],
] as const)("a child that %s ends the conversion", async (name, onConvert, limits, code) => {
  const converter = converterOf(name.replaceAll(" ", "-"), onConvert);
  const failure = await converter
    .convert(file, { ...contractOptions, ...limits }, ignore)
    .catch((error: unknown) => error);
  expect(AppError.is(failure) ? failure.code : failure).toBe(code);
});

it("an abort ends a busy child within a second", async () => {
  const converter = converterOf("busy", "process.send({ kind: 'progress', fraction: 0.1 }, () => { for (;;); })");
  const controller = new AbortController();
  let abortedAt = Number.POSITIVE_INFINITY;
  const onProgress = () => {
    abortedAt = performance.now();
    controller.abort(); // the child is in its loop
  };
  await expect(
    converter.convert(file, { ...contractOptions, signal: controller.signal, onProgress }, ignore),
  ).rejects.toThrow();
  expect(performance.now()).toBeLessThan(abortedAt + 1_000);
});

it("the child sees none of the parent's environment", async () => {
  const converter = converterOf(
    "environment",
    "process.send({ kind: 'crashed', error: JSON.stringify(Object.keys(process.env)) })",
  );
  const failure = await converter.convert(file, contractOptions, ignore).catch((error: unknown) => error);
  const detail = AppError.is(failure) ? (failure.internal as { detail: string }).detail : "[]";
  expect((JSON.parse(detail) as string[]).filter((name) => !name.startsWith("NODE_CHANNEL_"))).toEqual([]);
});

it.skipIf(process.platform !== "linux")("tells once how much memory the child took, also when it fails", async () => {
  const take = "globalThis.kept = Buffer.alloc(80_000_000, 1);";
  const answer = {
    answers: "process.send({ kind: 'failed', code: 'document_corrupt', message: '', params: {} })",
    dies: "setTimeout(() => process.exit(3), 400)",
  };
  for (const [name, end] of Object.entries(answer)) {
    const peaks: number[] = [];
    const onPeakMemory = (bytes: number) => void peaks.push(bytes);
    const converter = converterOf(`peak-${name}`, `${take} ${end}`);
    await converter.convert(file, { ...contractOptions, onPeakMemory }, ignore).catch(() => {});
    expect(peaks).toHaveLength(1);
    expect(peaks[0]).toBeGreaterThan(100_000_000);
    expect(peaks[0]).toBeLessThan(400_000_000);
  }
});
