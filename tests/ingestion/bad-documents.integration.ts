import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { bundledChild, createLocalConverter } from "@aurora/conversion/local";
import { AppError } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildConversion } from "../../apps/nexus/src/build/services.ts";
import { escapePaths } from "../../packages/conversion/src/contract/hostile-archives.ts";
import type { HostileFile } from "../../packages/conversion/src/contract/hostile-file.ts";
import { lockedPdf } from "../../packages/conversion/src/contract/hostile-pdf.ts";
import { hostileFiles } from "../../packages/conversion/src/contract/hostile-samples.ts";
import { childrenSeconds, expectSentences, startTrap } from "./bad-documents-support.ts";

const root = resolve(import.meta.dirname, "../..");
/** What a document may take: seconds of processor (of the clock where it is not told), and memory of its process. */
const [maxSeconds, maxMemoryMb] = [10, 600];
const overshootMb = 60; // between two looks at a process
const options = { timeoutMs: 60_000, maxMemoryMb, maxPages: 2_000, pageImageDpi: 0 };
const ignore = async (): Promise<void> => {};

const trap = await startTrap();
const token = randomBytes(6).toString("hex");
const files = hostileFiles(trap.address, token);

describe("bad input, in the process of its own that the product gives it", () => {
  let converter: ReturnType<typeof createLocalConverter>;
  beforeAll(async () => {
    await buildConversion(root);
    converter = createLocalConverter(bundledChild(root));
  }, 120_000);
  afterAll(async () => {
    converter?.close();
    await trap.close();
  });

  async function convert(file: HostileFile) {
    let peakBytes = 0;
    // what may run into its limits is given the time that the others take, and less memory: it can grow much between two looks
    const tight = file.mayExhaust ? { timeoutMs: maxSeconds * 1_000, maxMemoryMb: 450 } : {};
    const limits = {
      ...options,
      ...tight,
      onPeakMemory(bytes: number) {
        peakBytes = bytes;
      },
    };
    const source = { filename: file.filename, bytes: file.bytes() };
    const end = await converter.convert(source, limits, ignore).catch((error: unknown) => error);
    return { end, peakBytes };
  }

  it.each(files.map((file) => [file.name, file] as const))("%s", { timeout: 120_000 }, async (_, file) => {
    const [startedAt, usedBefore] = [performance.now(), childrenSeconds()];
    const { end, peakBytes } = await convert(file);
    const seconds = (performance.now() - startedAt) / 1_000;
    const next = { filename: "next.md", bytes: new TextEncoder().encode("# Next\n\nIt is read.\n") };
    expect((await converter.convert(next, options, ignore)).markdown).toBe("# Next\n\nIt is read.\n");

    if (AppError.is(end)) {
      const allowed: string[] = [file.ends];
      if (file.mayExhaust) allowed.push("conversion_out_of_memory", "conversion_timeout");
      expect(allowed).toContain(end.code);
      expectSentences(end.code, end.params);
    } else {
      if (end instanceof Error) throw end;
      const { markdown, warnings } = end as Awaited<ReturnType<typeof converter.convert>>;
      expect(warnings.length > 0 ? "partial" : "success").toBe(file.ends);
      for (const { code, params } of warnings) expectSentences(code, params);
      for (const words of file.says ?? []) expect(markdown).toContain(words);
      for (const words of file.hides ?? []) expect(markdown).not.toContain(words);
    }
    const used = usedBefore === null ? seconds : (childrenSeconds() ?? 0) - usedBefore;
    expect(Math.min(seconds, used)).toBeLessThan(maxSeconds + 1); // the next document's process has started meanwhile
    expect(peakBytes).toBeLessThan((maxMemoryMb + overshootMb) * 1_048_576);
    expect(trap.asked).toEqual([]);
    expect(escapePaths(token).filter((path) => existsSync(path))).toEqual([]);
  });

  it("a locked PDF is read by its password, and by no other", async () => {
    const source = { filename: "locked.pdf", bytes: lockedPdf("secret") };
    const opened = await converter.convert(source, { ...options, password: "secret" }, ignore);
    expect(opened.markdown).toContain("Some words stand here");
    const failure = await converter.convert(source, { ...options, password: "guess" }, ignore).catch((error) => error);
    expect(AppError.is(failure) && failure.code).toBe("document_password_wrong");
  });
});
