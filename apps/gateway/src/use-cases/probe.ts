import { probePrompt } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import type { ChatCall } from "./call-request.ts";

/**
 * The call a probe makes: the fixed word to the model asked for, never kept. Nothing else of its body goes out, so it
 * needs no approval of any corpus.
 * @throws AppError `invalid_input` when the call names a corpus or brings evidence all the same.
 */
export function asProbe(call: ChatCall): ChatCall {
  const { context, request } = call;
  const names = [context.source_app, context.pack_id, ...context.evidence_source_apps].filter((name) => name !== null);
  if (names.length > 0 || context.evidence.length > 0 || request.aurora !== undefined)
    throw new AppError("invalid_input", "A probe is about no corpus.");
  return {
    ...call,
    request: { model: request.model, messages: [{ role: "user", content: probePrompt }] },
    control: { noCache: true, noStore: true, maxAgeSeconds: null, mode: null },
  };
}
