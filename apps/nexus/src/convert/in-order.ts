/**
 * Runs `work` on every item, at most `jobs` at a time, and hands the results over in the items' order, each as soon as
 * those before it are there.
 */
export async function runInOrder<Item, Result>(
  items: readonly Item[],
  jobs: number,
  work: (item: Item) => Promise<Result>,
  onResult: (result: Result) => void,
): Promise<void> {
  const finished = new Map<number, Result>();
  let [next, told] = [0, 0];
  const runOne = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      finished.set(index, await work(items[index] as Item));
      for (let result = finished.get(told); result !== undefined; result = finished.get(told)) {
        finished.delete(told++);
        onResult(result);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, runOne));
}
