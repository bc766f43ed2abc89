"use client";
import { DocumentPage, type DocumentSummary } from "@aurora/contracts";
import { useEffect, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { type Filters, queryOf } from "./document-query.ts";

const pollEveryMs = 4_000;

/** The list as far as it was opened. It reads itself anew while something in it is still being worked on. */
export function useDocumentList(filters: Filters, changes: number) {
  const api = useApi();
  const [depth, setDepth] = useState(1);
  const base = queryOf(filters, null);
  const resource = useResource(`${base}#${depth}`, async (signal) => {
    const items: DocumentSummary[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < depth; page++) {
      const next: { items: DocumentSummary[]; next_cursor: string | null } = await api.call(
        DocumentPage,
        `/api/documents?${queryOf(filters, cursor)}`,
        { signal },
      );
      items.push(...next.items);
      cursor = next.next_cursor;
      if (!cursor) break;
    }
    return { items, hasMore: cursor !== null };
  });
  // What is shown stays while the next list is on its way, so that typing does not make the page blink.
  const [shown, setShown] = useState(resource.data);
  if (resource.data && resource.data !== shown) setShown(resource.data);
  const { reload } = resource;
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  const isMoving = shown?.items.some(({ status }) => !["success", "failed", "cancelled", "uploading"].includes(status));
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), pollEveryMs);
    return () => clearInterval(timer);
  }, [isMoving, reload]);
  return {
    items: shown?.items ?? null,
    hasMore: shown?.hasMore ?? false,
    error: resource.error,
    reload,
    loadMore: () => setDepth((pages) => pages + 1),
  };
}
