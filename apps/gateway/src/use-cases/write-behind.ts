import type { Logger } from "@aurora/telemetry";

export interface WriteBehind<Item> {
  /** Never waits, never throws. @returns false when the queue is full: the item is dropped and counted. */
  add(item: Item): boolean;
  readonly dropped: number;
  readonly length: number;
  /** Writes what is waiting, then stops taking items. */
  close(): Promise<void>;
}

export interface WriteBehindOptions<Item> {
  readonly name: string;
  readonly maxItems: number;
  readonly maxBatch: number;
  readonly intervalMs: number;
  /** A batch that fails is tried once more, then dropped: logs are not worth an answer. */
  readonly write: (batch: readonly Item[]) => Promise<void>;
  /** Told once an item is written or dropped. */
  readonly onDone?: (item: Item) => void;
  readonly logger: Logger;
}

/** Takes writes off the path of a request: a bounded queue, written in batches by one writer. */
export function createWriteBehind<Item>(options: WriteBehindOptions<Item>): WriteBehind<Item> {
  let waiting: Item[] = [];
  let dropped = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  const drop = (count: number, error?: unknown) => {
    dropped += count;
    options.logger.warn({ queue: options.name, count, dropped, err: error }, "rows dropped");
  };
  const writeBatch = async (batch: readonly Item[]) => {
    try {
      await options.write(batch).catch(() => options.write(batch));
    } catch (error) {
      drop(batch.length, error);
    } finally {
      for (const item of batch) options.onDone?.(item);
    }
  };
  const flush = (): Promise<void> => {
    timer = null;
    const items = waiting;
    waiting = [];
    writing = writing.then(async () => {
      for (let at = 0; at < items.length; at += options.maxBatch)
        await writeBatch(items.slice(at, at + options.maxBatch));
    });
    return writing;
  };

  return {
    add(item) {
      if (isClosed || waiting.length >= options.maxItems) {
        drop(1);
        return false;
      }
      waiting.push(item);
      timer ??= setTimeout(() => void flush(), options.intervalMs);
      return true;
    },
    get dropped() {
      return dropped;
    },
    get length() {
      return waiting.length;
    },
    async close() {
      isClosed = true;
      if (timer) clearTimeout(timer);
      await flush();
    },
  };
}

/** The items of a batch by tenant, in order: a statement writes under one tenant's scope. */
export function byTenant<Item extends { readonly tenantId: string }>(batch: readonly Item[]): Map<string, Item[]> {
  const tenants = new Map<string, Item[]>();
  for (const item of batch) {
    const own = tenants.get(item.tenantId) ?? [];
    own.push(item);
    tenants.set(item.tenantId, own);
  }
  return tenants;
}
