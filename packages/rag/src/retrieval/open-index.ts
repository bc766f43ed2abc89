import { AppError } from "@aurora/kernel";
import type { EmbedderSource } from "@aurora/llm";
import type { VectorStore } from "@aurora/vector-store";

/**
 * Makes the collection of the documents' vectors, once for all tenants.
 * @throws Error with a sentence for the operator when it exists for another embedder: vectors of two never compare.
 */
export async function openIndex(
  vectors: Pick<VectorStore, "ensureCollection">,
  { dimensions, id }: Pick<EmbedderSource, "id" | "dimensions">,
): Promise<void> {
  try {
    await vectors.ensureCollection("aurora_documents", { dimensions, embedderId: id });
  } catch (error) {
    if (!AppError.is(error) || error.code !== "conflict") throw error;
    const stored = error.params.embedder_id;
    throw new Error(
      `The documents were embedded with ${stored}, and this start asks for ${id}: set EMBEDDING_MODEL and EMBEDDING_DIMENSIONS back, or begin with an empty data folder.`,
      { cause: error },
    );
  }
}
