/** Whether the caller still waits for the answer. */
export interface Presence {
  readonly isGone: boolean;
  onGone(listener: () => void): void;
  /** The same as a signal; made on first use, since most calls never need one. Its reason is a ClientClosed. */
  readonly signal: AbortSignal;
}

/** The caller left: nobody is there to be answered. */
export class ClientClosed extends Error {
  override readonly name = "ClientClosed";
}

/** @returns the presence, and what to call when the caller's connection closes before the answer is out. */
export function createPresence(): { presence: Presence; leave: () => void } {
  const listeners: (() => void)[] = [];
  let isGone = false;
  let controller: AbortController | null = null;
  return {
    presence: {
      get isGone() {
        return isGone;
      },
      onGone(listener) {
        if (isGone) listener();
        else listeners.push(listener);
      },
      get signal() {
        controller ??= new AbortController();
        if (isGone && !controller.signal.aborted) controller.abort(new ClientClosed());
        return controller.signal;
      },
    },
    leave() {
      if (isGone) return;
      isGone = true;
      controller?.abort(new ClientClosed());
      for (const listener of listeners) listener();
    },
  };
}
