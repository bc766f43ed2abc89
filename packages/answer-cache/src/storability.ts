/** What one finished call looked like, whichever way it was delivered. */
export interface FinishedCall {
  readonly status: number;
  /** False for a cut or client-aborted stream. */
  readonly isComplete: boolean;
  /** An `error` object arrived after a 200. */
  readonly hadErrorEvent: boolean;
  readonly request: {
    readonly temperature: number | null;
    readonly n: number | null;
    /** `cache-control: no-store` of the caller. */
    readonly noStore: boolean;
    /** The engine gives the same answer whatever the temperature. */
    readonly isDeterministic: boolean;
    /** Policy: keep what was asked for at a temperature above 0, and answers that call tools. */
    readonly storeAnyTemperature: boolean;
    readonly storeToolCalls: boolean;
  };
  readonly choices: readonly {
    readonly finishReason: string | null;
    readonly content: string | null;
    readonly hasToolCalls: boolean;
    readonly hasRefusal: boolean;
  }[];
}

export type NotStoredReason =
  | "no_store"
  | "status"
  | "incomplete"
  | "error_event"
  | "temperature"
  | "several_choices"
  | "finish_reason"
  | "tool_calls"
  | "refusal"
  | "empty";

/** Null when the answer may be kept, else why not (reference: gateway rules 38 and 39). */
export function whyNotStored(call: FinishedCall): NotStoredReason | null {
  const { request, choices } = call;
  if (request.noStore) return "no_store";
  if (call.status !== 200) return "status";
  if (call.hadErrorEvent) return "error_event";
  if (!call.isComplete) return "incomplete";
  const isRepeatable = request.isDeterministic || request.temperature === 0 || request.storeAnyTemperature;
  if (!isRepeatable) return "temperature";
  if ((request.n ?? 1) > 1 || choices.length > 1) return "several_choices";
  const [only] = choices;
  if (only?.hasToolCalls && request.storeToolCalls && only.finishReason === "tool_calls") return null;
  if (choices.some((choice) => choice.hasToolCalls)) return "tool_calls";
  if (choices.some((choice) => choice.hasRefusal)) return "refusal";
  if (choices.some((choice) => choice.finishReason !== "stop")) return "finish_reason";
  if (choices.length === 0 || choices.some((choice) => !choice.content?.trim())) return "empty";
  return null;
}
