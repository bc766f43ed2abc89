import type { Clock, TenantScope } from "@aurora/kernel";
import type { GatewayRows, LookUp } from "./gateway-rows.ts";

interface Batch {
  readonly keyHashes: Set<string>;
  readonly sourceApps: Set<string>;
  readonly found: Promise<Awaited<ReturnType<GatewayRows["lookUp"]>>>;
}

/**
 * Look-ups of one tenant share statements: one that comes alone is sent at once, those that come while it is under way
 * wait for it and go together. So every call reads the rules as they are after its arrival, and under load a statement
 * serves many calls.
 * @returns A look-up of one call; `keyHash` null = only the rules. @throws what the database throws, to all of a batch.
 */
export function createLookUps(rows: Pick<GatewayRows, "lookUp">, clock: Clock) {
  const next = new Map<string, Batch>();
  const underWay = new Map<string, Promise<unknown>>();

  function open(scope: TenantScope): Batch {
    const { tenantId } = scope;
    const keyHashes = new Set<string>();
    const sourceApps = new Set<string>();
    const send = () => {
      next.delete(tenantId);
      return rows.lookUp(scope, {
        keyHashes: [...keyHashes],
        sourceApps: [...sourceApps],
        now: new Date(clock.nowMs()),
      });
    };
    const before = underWay.get(tenantId) ?? Promise.resolve();
    const found = before.then(send);
    const ended = found.then(
      () => undefined,
      () => undefined,
    );
    underWay.set(tenantId, ended);
    void ended.then(() => {
      if (underWay.get(tenantId) === ended) underWay.delete(tenantId);
    });
    const batch = { keyHashes, sourceApps, found };
    next.set(tenantId, batch);
    return batch;
  }

  return async (
    scope: TenantScope,
    call: { readonly keyHash: string | null; readonly sourceApps: readonly string[] },
  ): Promise<LookUp> => {
    const batch = next.get(scope.tenantId) ?? open(scope);
    if (call.keyHash !== null) batch.keyHashes.add(call.keyHash);
    for (const sourceApp of call.sourceApps) batch.sourceApps.add(sourceApp);
    const { entries, egress } = await batch.found;
    return { entry: (call.keyHash === null ? undefined : entries.get(call.keyHash)) ?? null, egress };
  };
}
