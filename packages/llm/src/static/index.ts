import { basename } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AppError } from "@aurora/kernel";
import type { Embedder, WordVectors } from "../embedder.ts";
import { loadStaticTable } from "./table.ts";

export interface StaticModel {
  readonly embedder: Embedder;
  readonly wordVectors: WordVectors;
}

/**
 * The offline default: an int8 table of word and n-gram vectors, read once (about 12 MB of memory, 100 ms).
 * @param folder A folder named after the model, e.g. `models/static-fr-en-192`.
 * @param rememberedWords How many words' vectors are kept at least, of those seen lately; at most twice as many are.
 * @throws Error when a file is missing or the files do not fit together: a broken installation, not bad input.
 */
export async function loadStaticModel(options: {
  readonly folder: string;
  readonly rememberedWords?: number;
}): Promise<StaticModel> {
  const name = basename(options.folder);
  const table = await loadStaticTable(options.folder, name, options.rememberedWords);
  const maxTextsPerCall = 256;

  const embedder: Embedder = {
    id: `${name}@1`,
    dimensions: table.dimensions,
    weak: true,
    maxTokensPerText: Number.MAX_SAFE_INTEGER, // every word of any text counts
    maxTextsPerCall,
    async embed(texts, _purpose, signal) {
      if (texts.some((text) => text.trim() === "")) throw new AppError("invalid_input", "A text to embed is empty.");
      const vectors: Float32Array[] = [];
      for (const [index, text] of texts.entries()) {
        if (index % maxTextsPerCall === 0) {
          if (index > 0) await nextTurn(); // a long batch must not hold up the process's other work
          signal?.throwIfAborted();
        }
        vectors.push(table.textVector(text));
      }
      return vectors;
    },
  };
  const wordVectors: WordVectors = {
    vectorOf(word) {
      const { unit, length } = table.wordVector(word);
      return length > 0 ? unit : null;
    },
  };
  return { embedder, wordVectors };
}
