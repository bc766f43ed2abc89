import { AppError, grantedSourceApps, isGranted, type TenantScope } from "@aurora/kernel";
import type { Condition, Filter } from "@aurora/vector-store";

export interface CorpusSelection {
  /** null = every source_app the scope may read. */
  readonly sourceApp: string | null;
  readonly workspace: string | null;
  readonly packId: string | null;
  /** Empty = all. */
  readonly documentIds: readonly string[];
}

/**
 * The scope's rights and the caller's selection as one filter inside the vector query, so that what may not be read is
 * never a candidate.
 * @returns null when the scope may read nothing.
 * @throws AppError `not_found` for a source_app the scope may not read, as for one that does not exist.
 */
export function corpusFilter(scope: TenantScope, selection: CorpusSelection): Filter | null {
  const must: Condition[] = [];
  const { sourceApp, workspace, packId, documentIds } = selection;
  if (sourceApp !== null) {
    if (!isGranted(scope, "read", sourceApp))
      throw new AppError("not_found", "This source_app does not exist.", { params: { what: "source_app" } });
    must.push({ key: "source_app", match: sourceApp });
  } else {
    const granted = grantedSourceApps(scope, "read");
    if (granted !== "all") {
      if (granted.length === 0) return null;
      must.push({ key: "source_app", any: granted });
    }
  }
  if (workspace !== null) must.push({ key: "workspace", match: workspace });
  if (packId !== null) must.push({ key: "pack_id", match: packId });
  if (documentIds.length > 0) must.push({ key: "document_id", any: documentIds });
  return { must };
}
