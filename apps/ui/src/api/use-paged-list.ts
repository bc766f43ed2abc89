"use client";
import { useState } from "react";
import { useResource } from "./use-resource.ts";

const pageSize = 50;
type Page<Item> = { readonly items: readonly Item[]; readonly next_cursor: string | null };

/** A list of `?cursor&limit` pages as far as it was opened. What is shown stays while the next reading is on its way. */
export function usePagedList<Item>(
  key: string,
  readPage: (query: URLSearchParams, signal: AbortSignal) => Promise<Page<Item>>,
) {
  const [depth, setDepth] = useState(1);
  const resource = useResource(`${key}#${depth}`, async (signal) => {
    const items: Item[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < depth; page++) {
      const query = new URLSearchParams({ limit: String(pageSize), ...(cursor ? { cursor } : {}) });
      const next: Page<Item> = await readPage(query, signal);
      items.push(...next.items);
      cursor = next.next_cursor;
      if (!cursor) break;
    }
    return { key, items, hasMore: cursor !== null };
  });
  const [shown, setShown] = useState(resource.data);
  if (resource.data && resource.data !== shown) setShown(resource.data);
  const current = shown?.key === key ? shown : null;
  return {
    items: current?.items ?? null,
    hasMore: current?.hasMore ?? false,
    error: resource.error,
    reload: resource.reload,
    loadMore: () => setDepth((pages) => pages + 1),
  };
}
