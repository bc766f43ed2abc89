import { contextualize } from "../../packages/conversion/src/chunker/docling-chunk.ts";
import { chunkHybrid } from "../../packages/conversion/src/chunker/hybrid.ts";
import {
  coreChunks,
  coreDocument,
  scoreChunks,
  shippedTokenizer,
} from "../../packages/conversion/src/contract/chunk-truth.ts";
import { toMarkdown } from "../../packages/conversion/src/markdown-export.ts";
import { atLeast, type Figure, plain } from "../lib/report.ts";
import { formats, samplesOf } from "./measure.ts";
import { likeness, mean } from "./measures.ts";

const comparedChars = 30_000;

/** Our Markdown of Docling's own JSON beside Docling's. */
export function exportFigures(): Figure[] {
  const likenesses = formats.flatMap((format) =>
    samplesOf(format).flatMap(({ document, truth }) =>
      document
        ? [likeness(toMarkdown(document).trimEnd().slice(0, comparedChars), truth.trimEnd().slice(0, comparedChars))]
        : [],
    ),
  );
  const same = likenesses.filter((value) => value === 1).length;
  return [
    plain("Markdown of Docling’s JSON: documents", likenesses.length, ""),
    plain("Markdown of Docling’s JSON: identical", same / Math.max(1, likenesses.length), ""),
    plain("Markdown of Docling’s JSON: edit similarity", mean(likenesses) ?? 0, ""),
  ];
}

/** Our chunks of Docling's own JSON beside those of live Python docling. */
export function chunkFigures(onDifference: (line: string) => void): Figure[] {
  const figures = (["hierarchical", "hybrid"] as const).flatMap((kind) => {
    const { same, records, differences } = scoreChunks(kind, false);
    const all = scoreChunks(kind, true);
    for (const difference of differences) onDifference(`  ${kind} ${difference}`);
    return [
      atLeast(`chunks: ${kind} records identical`, same / records, `of ${records}`, kind === "hybrid" ? 0.92 : 0.97),
      plain(
        `chunks: ${kind}, six documents that changed since counted too`,
        all.same / all.records,
        `of ${all.records}`,
      ),
    ];
  });
  const tokenizer = shippedTokenizer();
  const options = { tokenizer, maxTokens: 64, splitTablesByLine: false };
  const ours = chunkHybrid(coreDocument("2_inp_dl_doc.json"), options).map((chunk) =>
    tokenizer.count(contextualize(chunk)),
  );
  const truth = coreChunks("2a_out_ser_chunks.json").map((row) => (row as [string, string, number])[2]);
  const right = truth.filter((count, index) => count === ours[index]).length;
  return [...figures, atLeast("chunks: token counts right", right, `of ${truth.length}`, truth.length)];
}
