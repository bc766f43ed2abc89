/** Converts the mutated samples the parent names, one after another; what happens to it is what the parent watches. */
import { AppError } from "@aurora/kernel";
import { convertFile } from "../../packages/conversion/src/convert.ts";
import { blockNetwork } from "../../packages/conversion/src/local/block-network.ts";
import { mutate, randomOf } from "./mutate.ts";
import { isRecognised, recognitionMs, type Sample, samplesOf } from "./samples.ts";

export interface FuzzOutcome {
  readonly index: number;
  readonly filename: string;
  /** `converted`, the code of the failure, or `crash`. */
  readonly outcome: string;
  readonly detail?: string;
}

blockNetwork();
const [documents = "", seed = "1"] = process.argv.slice(2);
const samples = samplesOf(documents);

process.on("disconnect", () => process.exit(1));
process.on("message", async (index: number) => {
  const random = randomOf(Number(seed) * 1_000_003 + index);
  const sample = samples[Math.floor(random() * samples.length)] as Sample;
  const other = samples[Math.floor(random() * samples.length)] as Sample;
  const bytes = mutate(sample.read(), random, other.read());
  process.send?.({ index, filename: sample.filename, outcome: "begun" });
  const options = {
    maxPages: 50,
    pageImageDpi: 0,
    ocr: isRecognised(index) ? ("auto" as const) : ("off" as const),
    timeoutMs: recognitionMs, // pages are no longer recognised once most of it is gone
  };
  const outcome = await convertFile({ filename: sample.filename, bytes }, options, async () => {}).then(
    () => ({ outcome: "converted" }),
    (error: unknown) => {
      if (AppError.is(error)) return { outcome: error.code };
      if (error instanceof Error && error.name === "RuntimeError") return { outcome: "wasm_trap" }; // the real child answers document_corrupt and ends
      return { outcome: "crash", detail: error instanceof Error ? error.stack : String(error) };
    },
  );
  process.send?.({ index, filename: sample.filename, ...outcome });
});
process.send?.({ index: -1, filename: "", outcome: "ready" });
