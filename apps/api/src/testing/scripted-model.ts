import { AppError } from "@aurora/kernel";
import type { ChatModel, ChatModelRequest } from "@aurora/llm";

export interface ScriptedModel extends ChatModel {
  /** Deltas of the next answers. */
  deltas: readonly string[];
  /** Thrown instead of an answer, when set. */
  failure: AppError | null;
  /** Waits for its abort after the first delta, as a slow provider does. */
  hangs: boolean;
  /** Answers wait for it before their first delta. */
  gate: Promise<void>;
  readonly requests: ChatModelRequest[];
  /** Names of the models that were probed. */
  readonly probed: string[];
  /** Places and keys tried before they are kept, and the provider's status. */
  readonly checked: { readonly providerId: string; readonly baseUrl: string; readonly model: string }[];
  checkStatus: number;
  /** What the provider says of its models. */
  catalogue: unknown;
  /** How many answers were cut short by their signal. */
  aborted: number;
}

/** A model at the port: says what the test tells it to. */
export function createScriptedModel(): ScriptedModel {
  const model: ScriptedModel = {
    deltas: ["Le solde est versé à la commande [1]."],
    failure: null,
    hangs: false,
    gate: Promise.resolve(),
    requests: [],
    probed: [],
    checked: [],
    checkStatus: 200,
    catalogue: { data: [] },
    aborted: 0,
    async *ask(_scope, request, signal) {
      model.requests.push(request);
      if (model.failure) throw model.failure;
      await model.gate;
      try {
        for (const text of model.deltas) {
          yield { kind: "delta", text };
          if (model.hangs) await aborted(signal);
        }
      } finally {
        if (signal.aborted) model.aborted++;
      }
      yield {
        kind: "end",
        model: request.model,
        finishReason: "stop",
        usage: { prompt_tokens: 12, completion_tokens: 8, cost_usd: 0.001 },
        cache: { status: "miss", similarity: null, age_s: null },
      };
    },
  };
  return model;
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const fail = () => reject(new AppError("upstream_failed", "aborted"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
