import type { TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import { conversionOf, documentsPrefix, removeConversions, type VersionStores } from "@aurora/rag";
import type { KeptConversion, MaintenanceRows } from "./maintenance-rows.ts";

export interface SweepConversionsDeps extends Pick<VersionStores, "objects"> {
  readonly objects: Pick<ObjectStore, "deletePrefix" | "list">;
  readonly rows: Pick<MaintenanceRows, "findUnneededConversions" | "removeConversion">;
}

const batchSize = 500;

/**
 * Removes conversions that no version needs: a job's first try may have converted with settings that its second did not
 * have any more. Looks at every object of the tenant, so it runs seldom.
 */
export async function sweepConversions(
  deps: SweepConversionsDeps,
  scope: TenantScope,
  signal: AbortSignal,
): Promise<{ unneeded_conversions: number }> {
  let removed = 0;
  let batch: KeptConversion[] = [];
  const settle = async () => {
    for (const conversion of await deps.rows.findUnneededConversions(scope, batch)) {
      signal.throwIfAborted();
      const isRemoved = await deps.rows.removeConversion(scope, conversion, () =>
        removeConversions(deps, scope, conversion.documentId, [conversion.key]),
      );
      if (isRemoved) removed += 1;
    }
    batch = [];
  };
  let last: KeptConversion | null = null;
  for await (const { key } of deps.objects.list(scope, "artifacts", documentsPrefix)) {
    const conversion = conversionOf(key);
    if (conversion === null || (conversion.documentId === last?.documentId && conversion.key === last.key)) continue;
    last = conversion;
    batch.push(conversion);
    if (batch.length >= batchSize) await settle();
  }
  if (batch.length > 0) await settle();
  return { unneeded_conversions: removed };
}
