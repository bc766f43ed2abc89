import { AppError } from "@aurora/kernel";
import { type Delivery, DeliveryAborted, type WorkOptions } from "./port.ts";

/** What became of one try, whatever the broker. */
export type Outcome =
  | { readonly kind: "done" }
  /** The broker says somebody else has it now: nothing is written. */
  | { readonly kind: "lost" }
  | { readonly kind: "handed_back" }
  | { readonly kind: "retry"; readonly delayMs: number };

/**
 * Runs one try and judges it by the port's rules. Calls `onExhausted` when this was the last one.
 * @param attempt From 1; above `maxAttempts` when the worker of the last try died: then the handler is not run again.
 */
export async function runDelivery(
  options: WorkOptions,
  handle: (delivery: Delivery) => Promise<void>,
  message: { readonly subjectId: string; readonly attempt: number; readonly signal: AbortSignal },
): Promise<Outcome> {
  const { subjectId, attempt, signal } = message;
  let failure: unknown;
  if (attempt > options.maxAttempts) {
    failure = new AppError("unavailable", "The worker stopped before it finished.");
  } else {
    try {
      await handle({ subjectId, attempt, signal });
      return isLost(signal) ? { kind: "lost" } : { kind: "done" };
    } catch (error) {
      if (signal.reason instanceof DeliveryAborted) {
        const { abortCause } = signal.reason;
        return { kind: abortCause === "cancelled" ? "done" : abortCause === "closing" ? "handed_back" : "lost" };
      }
      failure = error;
    }
  }
  if (attempt < options.maxAttempts) return { kind: "retry", delayMs: options.backoffMs(attempt) };
  try {
    await options.onExhausted?.({ subjectId }, failure);
    return { kind: "done" };
  } catch {
    return { kind: "retry", delayMs: options.backoffMs(attempt) };
  }
}

const isLost = (signal: AbortSignal): boolean =>
  signal.reason instanceof DeliveryAborted && signal.reason.abortCause === "lease_lost";
