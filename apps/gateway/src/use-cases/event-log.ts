/** The reader of one caller. Every reader sees every event from the first, in order. */
export interface EventReader {
  /** Everything that arrived since the last call, as one piece; null when nothing did. */
  take(): Buffer | null;
  hasMore(): boolean;
  /** How the stream ended; events may still be waiting to be taken. */
  readonly ended: LogEnd | null;
  /** Called whenever there may be something to take, or the end. One listener a reader. */
  onProgress(listener: () => void): void;
  /** The caller left. */
  close(): void;
}

export type LogEnd = { readonly kind: "complete" } | { readonly kind: "failed"; readonly error: unknown };

/**
 * The events of one streamed answer, between the provider that makes them and the callers who read them: one as a rule,
 * several when they asked the same thing at the same time. Holds what some reader may still want and nothing else.
 */
export interface EventLog {
  /** @param isUsage The event holds nothing but the usage: for those who asked for it. */
  append(bytes: Buffer, isUsage?: boolean): void;
  end(how: LogEnd): void;
  readonly ended: LogEnd | null;
  readonly isEmpty: boolean;
  /** The fastest reader's arrears, for which the provider is held back; 0 while somebody waits for the whole answer. */
  readonly backlogBytes: number;
  /** Somebody reads nothing and waits for the end: nobody's slowness may hold the provider back any more. */
  wantWhole(): void;
  /** @param withUsage Whether the caller asked for the event that holds the usage alone. */
  open(withUsage: boolean): EventReader;
}

/**
 * @param keepAll Whether readers may still come later: every event is kept for them.
 * @param onTaken Called when a reader took something, or left.
 */
export function createEventLog(keepAll: boolean, onTaken: () => void = () => {}): EventLog {
  const entries: { readonly bytes: Buffer; readonly isUsage: boolean }[] = [];
  let dropped = 0; // entries before the first one held
  let appendedBytes = 0;
  let ended: LogEnd | null = null;
  let isWholeWanted = false;
  const readers = new Set<{ takenBytes: number; wake: () => void }>();
  const wakeAll = () => {
    for (const reader of readers) reader.wake();
  };
  return {
    append(bytes, isUsage = false) {
      entries.push({ bytes, isUsage });
      appendedBytes += bytes.length;
      wakeAll();
    },
    end(how) {
      if (ended) return;
      ended = how;
      wakeAll();
    },
    get ended() {
      return ended;
    },
    get isEmpty() {
      return appendedBytes === 0;
    },
    wantWhole() {
      isWholeWanted = true;
      onTaken();
    },
    get backlogBytes() {
      if (isWholeWanted || readers.size === 0) return 0;
      let least = appendedBytes;
      for (const { takenBytes } of readers) least = Math.min(least, appendedBytes - takenBytes);
      return least;
    },
    open(withUsage) {
      const own = { takenBytes: 0, wake: () => {} };
      let next = 0;
      readers.add(own);
      return {
        hasMore: () => next - dropped < entries.length,
        get ended() {
          return ended;
        },
        take() {
          const from = next - dropped;
          if (from >= entries.length) return null;
          const parts: Buffer[] = [];
          for (let at = from; at < entries.length; at += 1) {
            const { bytes, isUsage } = entries[at] as (typeof entries)[number];
            own.takenBytes += bytes.length;
            if (withUsage || !isUsage) parts.push(bytes);
          }
          next = dropped + entries.length;
          if (!keepAll && readers.size === 1) {
            dropped = next;
            entries.length = 0;
          }
          onTaken();
          const [only] = parts;
          return parts.length > 1 ? Buffer.concat(parts) : (only ?? null);
        },
        onProgress(wake) {
          own.wake = wake;
        },
        close() {
          if (readers.delete(own)) onTaken();
        },
      };
    },
  };
}
