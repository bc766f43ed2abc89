"use client";
import { useCallback, useEffect, useRef, useState } from "react";

export type Resource<T> = {
  readonly data: T | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Reads again; what is shown stays until the answer is there. */
  readonly reload: () => void;
};

/** Reads something when `key` changes, dropping an answer that a newer question made stale. `key` null = nothing to read. */
export function useResource<T>(key: string | null, read: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string | null; data: T | null; error: unknown }>({
    key: null,
    data: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  const latestRead = useRef(read);
  useEffect(() => {
    latestRead.current = read;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` is how reload() asks for another reading
  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    latestRead.current(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ key, data, error: null });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setState((old) => ({ key, data: old.key === key ? old.data : null, error }));
      },
    );
    return () => controller.abort();
  }, [key, turn]);
  const isCurrent = state.key === key;
  return {
    data: isCurrent ? state.data : null,
    error: isCurrent ? state.error : null,
    isLoading: key !== null && !isCurrent,
    reload: useCallback(() => setTurn((value) => value + 1), []),
  };
}
