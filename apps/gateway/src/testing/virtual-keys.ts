import { makeVirtualKey } from "@aurora/auth";
import { systemIds, type TenantScope } from "@aurora/kernel";

/** What is needed to arrange a key; `@aurora/db` satisfies it. */
interface KeyStore {
  insertVirtualKey(
    scope: TenantScope,
    key: {
      id: string;
      name: string;
      prefix: string;
      keyHash: string;
      callerApp: string;
      sourceApp: string | null;
      userId: string | null;
      allowedModels: readonly string[] | null;
      egress: "local_only" | "approved";
      approvedProviderIds: readonly string[];
      sharesCache: boolean;
      createdBy: string | null;
      createdAt: Date;
      expiresAt: Date;
    },
    limits: { limits: readonly { id: string; metric: "requests"; window: "day"; amount: number }[]; at: Date },
  ): Promise<unknown>;
}
type KeyValues = Parameters<KeyStore["insertVirtualKey"]>[1];

/** A virtual key made an instant ago; @returns the key itself and its id. */
export async function issueKey(
  store: KeyStore,
  scope: TenantScope,
  change: Partial<KeyValues> & { requestsADay?: number } = {},
): Promise<{ readonly key: string; readonly id: string }> {
  const { requestsADay, ...values } = change;
  const made = makeVirtualKey(systemIds);
  const at = new Date();
  const id = systemIds.uuid();
  await store.insertVirtualKey(
    scope,
    {
      ...{
        id,
        name: "shop",
        prefix: made.prefix,
        keyHash: made.hash,
        callerApp: "shop",
        sourceApp: null,
        userId: null,
      },
      ...{ allowedModels: null, egress: "local_only", approvedProviderIds: [], sharesCache: false, createdBy: null },
      ...{ createdAt: at, expiresAt: new Date(at.getTime() + 86_400_000) },
      ...values,
    },
    {
      limits:
        requestsADay === undefined
          ? []
          : [{ id: systemIds.uuid(), metric: "requests", window: "day", amount: requestsADay }],
      at,
    },
  );
  return { key: made.key, id };
}
