import { AppError, sha256Hex } from "@aurora/kernel";
import type { EmbedderSource } from "@aurora/llm";
import type { CollectionName, VectorStore } from "@aurora/vector-store";

const firstCollection = "aurora_documents";

/**
 * Makes the collection of the documents' vectors of one embedder, once for all tenants. Vectors of two embedders never
 * compare: the first ever used has `aurora_documents`, each later one a collection named after it.
 */
export async function openIndex(
  vectors: Pick<VectorStore, "ensureCollection">,
  { dimensions, id }: Pick<EmbedderSource, "id" | "dimensions">,
): Promise<CollectionName> {
  const spec = { dimensions, embedderId: id };
  try {
    await vectors.ensureCollection(firstCollection, spec);
    return firstCollection;
  } catch (error) {
    if (!AppError.is(error) || error.code !== "conflict") throw error;
  }
  const name: CollectionName = `${firstCollection}_${sha256Hex(id).slice(0, 12)}`;
  await vectors.ensureCollection(name, spec);
  return name;
}
