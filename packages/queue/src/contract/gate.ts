import { type Delivery, DeliveryAborted } from "../port.ts";

/** A handler that records what it was given and returns only when told to. */
export function gated() {
  const started: Delivery[] = [];
  const ends = new Map<string, () => void>();
  let atOnce = 0;
  let mostAtOnce = 0;
  const handle = async (delivery: Delivery): Promise<void> => {
    started.push(delivery);
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    try {
      await new Promise<void>((resolve, reject) => {
        ends.set(delivery.subjectId, resolve);
        delivery.signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
        if (delivery.signal.aborted) reject(new Error("stopped"));
      });
    } finally {
      atOnce--;
    }
  };
  const end = (subjectId: string) => {
    ends.get(subjectId)?.();
    ends.delete(subjectId);
  };
  return {
    started,
    handle,
    end,
    /** The one that began first. */
    endOne: () => [...ends.keys()].slice(0, 1).forEach(end),
    endAll: () => [...ends.keys()].forEach(end),
    mostAtOnce: () => mostAtOnce,
  };
}
/** Why the delivery's signal was aborted; null when it was not. */
export const causeOf = (delivery: Delivery | undefined) => {
  const reason: unknown = delivery?.signal.reason;
  return reason instanceof DeliveryAborted ? reason.abortCause : null;
};
