"use client";
import { ChunkPage } from "@aurora/contracts";
import type { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { type CitedPassage, recallPassage } from "./cited-passage.ts";

/** The passage an address names: as the answer cited it when this tab knows, else the whole chunk; null = none, or gone. */
export function usePassage(documentId: string, chunkId: string | null) {
  const api = useApi();
  return useResource<CitedPassage | null>(chunkId && `${documentId}/${chunkId}`, async (signal) => {
    if (!chunkId) return null;
    const known = recallPassage(documentId, chunkId);
    if (known) return known;
    for (let cursor: string | null = null; ; ) {
      const query = new URLSearchParams({ limit: "200", ...(cursor ? { cursor } : {}) });
      const page: z.infer<typeof ChunkPage> = await api.call(
        ChunkPage,
        `/api/documents/${documentId}/chunks?${query}`,
        { signal },
      );
      const chunk = page.items.find(({ id }) => id === chunkId);
      if (chunk) return { chunkId, quote: chunk.text, bboxes: chunk.bboxes };
      cursor = page.next_cursor;
      if (!cursor) return null;
    }
  });
}
