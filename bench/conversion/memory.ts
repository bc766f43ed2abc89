import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { buildConversion } from "../../apps/nexus/src/build/services.ts";
import { textPdf } from "../../packages/conversion/src/contract/pdf-samples.ts";
import { bundledChild, createLocalConverter } from "../../packages/conversion/src/local/index.ts";
import { root } from "../lib/product.ts";
import { atMost, type Figure, plain } from "../lib/report.ts";
import { formats, samplesOf } from "./measure.ts";

const filesPerFormat = 3;
const manyPages = 619;

/** Most memory of the converting process, by format (its largest files), and on a PDF of hundreds of pages. */
export async function memoryFigures(): Promise<Figure[]> {
  await buildConversion(root);
  const converter = createLocalConverter(bundledChild(root));
  const convert = async (filename: string, bytes: Uint8Array): Promise<{ mb: number; seconds: number }> => {
    let mb = 0;
    const startedAt = performance.now();
    const limits = { timeoutMs: 120_000, maxMemoryMb: 2_048, maxPages: 2_000, pageImageDpi: 0 };
    const onPeakMemory = (peak: number) => {
      mb = peak / 1_048_576;
    };
    await converter.convert({ filename, bytes }, { ...limits, onPeakMemory }, async () => {}).catch(() => {}); // told by the scores
    return { mb, seconds: (performance.now() - startedAt) / 1_000 };
  };
  try {
    const figures: Figure[] = [];
    for (const format of formats) {
      const largest = samplesOf(format)
        .map(({ path }) => path)
        .sort((a, b) => statSync(b).size - statSync(a).size)
        .slice(0, filesPerFormat);
      let peak = 0;
      for (const path of largest) peak = Math.max(peak, (await convert(basename(path), readFileSync(path))).mb);
      if (largest.length > 0) figures.push(plain(`${format}: peak memory of the process`, peak, "MB"));
    }
    const line = "A line of a long report that says something of the year, and of the year before it.";
    const page = (number: number) => [`Page ${number}`, ...Array.from({ length: 40 }, () => line)].join("\n");
    const long = await convert("long.pdf", textPdf(Array.from({ length: manyPages }, (_, index) => page(index + 1))));
    return [
      ...figures,
      atMost(`pdf of ${manyPages} pages: peak memory of the process`, long.mb, "MB", 400),
      plain(`pdf of ${manyPages} pages: pages/s`, manyPages / long.seconds, ""),
    ];
  } finally {
    converter.close();
  }
}
