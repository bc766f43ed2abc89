import type { IngestStores } from "../../apps/ingest/src/wire.ts";

/**
 * The stores with `onCall` told of every call a document's way makes, as `port.method:n`, n from 1 for each method,
 * before the call is made. What it throws or awaits comes before the call.
 */
export function withCallHook(stores: IngestStores, onCall: (call: string) => unknown): IngestStores {
  const counts = new Map<string, number>();
  const hook = <Port extends object>(name: string, port: Port): Port =>
    new Proxy(port, {
      get(target, property, receiver) {
        const member: unknown = Reflect.get(target, property, receiver);
        if (typeof member !== "function") return member;
        return async (...input: unknown[]) => {
          const method = `${name}.${String(property)}`;
          const count = (counts.get(method) ?? 0) + 1;
          counts.set(method, count);
          await onCall(`${method}:${count}`);
          return member.apply(target, input);
        };
      },
    });
  return {
    ...stores, // the queue stays as it is: `work` returns no promise
    rows: hook("rows", stores.rows),
    objects: hook("objects", stores.objects),
    vectors: hook("vectors", stores.vectors),
    converter: hook("converter", stores.converter),
    indexTargets: async (scope, document) =>
      (await stores.indexTargets(scope, document)).map((target) => ({
        ...target,
        embedder: hook("embedder", target.embedder),
      })),
  };
}
