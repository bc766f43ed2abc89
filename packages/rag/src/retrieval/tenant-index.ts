import type { TenantScope } from "@aurora/kernel";
import type { EmbedderSource } from "@aurora/llm";
import type { CollectionName, VectorStore } from "@aurora/vector-store";
import { openIndex } from "./open-index.ts";

/** Vectors of one embedder, and the embedder that questions are compared with them by. */
export interface TenantIndex {
  readonly collection: CollectionName;
  readonly embedders: EmbedderSource;
}

export interface TenantIndexes {
  /** What questions of the tenant are compared with. */
  read(scope: TenantScope): Promise<TenantIndex>;
  /**
   * Where a version's points go: what questions are compared with comes first. While EMBEDDING_MODEL is another than the
   * tenant's documents were embedded with, also the new one's collection, until every document has its vectors.
   */
  write(scope: TenantScope): Promise<readonly [TenantIndex, ...TenantIndex[]]>;
}

export interface TenantIndexDeps {
  readonly vectors: Pick<VectorStore, "ensureCollection">;
  /** Of this installation as it is configured now. */
  readonly current: EmbedderSource;
  /** Id of the embedder a tenant's questions go by; null before its first document. */
  readonly embedderIdOf: (scope: TenantScope) => Promise<string | null>;
  /** An embedder of before, by its id. @throws when this program can make none of that id. */
  readonly earlier: (embedderId: string) => Promise<EmbedderSource>;
}

/** Which index a tenant is asked for again each time: it moves while processes run. */
export async function openTenantIndexes(deps: TenantIndexDeps): Promise<TenantIndexes> {
  const { current, vectors } = deps;
  const now: TenantIndex = { collection: await openIndex(vectors, current), embedders: current };
  const opened = new Map<string, Promise<TenantIndex>>([[current.id, Promise.resolve(now)]]);

  const open = async (embedderId: string): Promise<TenantIndex> => {
    const embedders = await deps.earlier(embedderId);
    if (embedders.id !== embedderId)
      throw new Error(`the documents were embedded with ${embedderId}, which this program cannot ask questions with`);
    return { collection: await openIndex(vectors, embedders), embedders };
  };
  const read = async (scope: TenantScope): Promise<TenantIndex> => {
    const embedderId = (await deps.embedderIdOf(scope)) ?? current.id;
    const index = opened.get(embedderId) ?? open(embedderId);
    opened.set(embedderId, index);
    index.catch(() => opened.delete(embedderId)); // tried anew next time
    return index;
  };
  return {
    read,
    async write(scope) {
      const index = await read(scope);
      return index.embedders.id === current.id ? [index] : [index, now];
    },
  };
}
