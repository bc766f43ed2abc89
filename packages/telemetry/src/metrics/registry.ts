/** One sample of a family, with the values of its labels in the order the family names them. */
export interface Sample<Value> {
  readonly labels: readonly string[];
  readonly value: Value;
}
export interface HistogramValue {
  /** One count a bucket, not cumulative; the last is what lies above every bound. */
  readonly counts: readonly number[];
  readonly sum: number;
}
interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Label sets beyond this many are counted together, every label `other`: a metric never grows without bound. */
  readonly maxSeries?: number;
}
export type Family =
  | (FamilyOptions & { readonly type: "counter" | "gauge"; samples(): readonly Sample<number>[] })
  | (FamilyOptions & {
      readonly type: "histogram";
      readonly bounds: readonly number[];
      samples(): readonly Sample<HistogramValue>[];
    });

export interface Counter {
  /** Adds nothing for what is no positive number. */
  add(labels: readonly string[], amount?: number): void;
}
export interface Gauge {
  add(labels: readonly string[], amount: number): void;
}
export interface Histogram {
  observe(labels: readonly string[], value: number): void;
}
export interface Registry {
  counter(options: FamilyOptions): Counter;
  gauge(options: FamilyOptions): Gauge;
  /** @param bounds Upper bounds, ascending. */
  histogram(options: FamilyOptions & { readonly bounds: readonly number[] }): Histogram;
  /** A counter or gauge whose values are read when they are asked for. */
  collected(options: FamilyOptions & { readonly type: "counter" | "gauge"; read(): readonly Sample<number>[] }): void;
  families(): readonly Family[];
}

export const otherLabel = "other";
const defaultMaxSeries = 100;

/**
 * Metrics of one process, in memory. An update is one look-up in a map and an addition
 * (docs/decisions: measured beside prom-client), so that they may stand on the path of every call.
 */
export function createRegistry(): Registry {
  const families: Family[] = [];

  function series<Value>({ labels: names, maxSeries = defaultMaxSeries }: FamilyOptions, make: () => Value) {
    const found = new Map<string, { labels: readonly string[]; value: Value }>();
    const add = (key: string, labels: readonly string[]) => {
      const entry = { labels: [...labels], value: make() };
      found.set(key, entry);
      return entry.value;
    };
    const overflow = names.map(() => otherLabel);
    const overflowKey = overflow.join("\0");
    return {
      of(labels: readonly string[]): Value {
        const key = labels.join("\0");
        const known = found.get(key);
        if (known) return known.value;
        if (labels.length !== names.length) throw new Error(`${names.length} labels are needed, not ${labels.length}`);
        const hasRoom = found.size < maxSeries - 1 || key === overflowKey;
        if (hasRoom) return add(key, labels);
        return found.get(overflowKey)?.value ?? add(overflowKey, overflow);
      },
      all: () => [...found.values()],
    };
  }

  function numbers(options: FamilyOptions, type: "counter" | "gauge") {
    const own = series(options, () => ({ total: 0 }));
    families.push({
      ...options,
      type,
      samples: () => own.all().map(({ labels, value }) => ({ labels, value: value.total })),
    });
    return own;
  }

  return {
    counter(options) {
      const own = numbers(options, "counter");
      return {
        add(labels, amount = 1) {
          if (amount > 0) own.of(labels).total += amount;
        },
      };
    },
    gauge(options) {
      const own = numbers(options, "gauge");
      return {
        add(labels, amount) {
          own.of(labels).total += amount;
        },
      };
    },
    histogram(options) {
      const { bounds } = options;
      const own = series(options, () => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }));
      families.push({ ...options, type: "histogram", samples: () => own.all() });
      return {
        observe(labels, value) {
          if (!(value >= 0)) return;
          const entry = own.of(labels);
          let index = 0;
          while (index < bounds.length && value > (bounds[index] as number)) index++;
          entry.counts[index] = (entry.counts[index] ?? 0) + 1;
          entry.sum += value;
        },
      };
    },
    collected({ read, ...options }) {
      families.push({ ...options, samples: () => read().slice(0, options.maxSeries ?? defaultMaxSeries) });
    },
    families: () => families,
  };
}
