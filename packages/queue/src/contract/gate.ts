import { type Delivery, DeliveryAborted } from "../port.ts";

/** A handler that records what it was given and returns only when told to. */
export function gated() {
  const started: Delivery[] = [];
  const ends: (() => void)[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const handle = async (delivery: Delivery): Promise<void> => {
    started.push(delivery);
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    try {
      await new Promise<void>((resolve, reject) => {
        ends.push(resolve);
        delivery.signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
        if (delivery.signal.aborted) reject(new Error("stopped"));
      });
    } finally {
      atOnce--;
    }
  };
  return { started, handle, endAll: () => ends.splice(0).map((end) => end()), mostAtOnce: () => mostAtOnce };
}
/** Why the delivery's signal was aborted; null when it was not. */
export const causeOf = (delivery: Delivery | undefined) => {
  const reason: unknown = delivery?.signal.reason;
  return reason instanceof DeliveryAborted ? reason.abortCause : null;
};
