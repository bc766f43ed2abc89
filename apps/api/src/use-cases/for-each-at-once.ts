/** Runs `work` on every item, so many at once. After a failure no more are begun; it is thrown once those under way ended. */
export async function forEachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const rest = items.values();
  let hasFailed = false;
  const outcomes = await Promise.allSettled(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) {
        if (hasFailed) return;
        await work(item).catch((error: unknown) => {
          hasFailed = true;
          throw error;
        });
      }
    }),
  );
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
