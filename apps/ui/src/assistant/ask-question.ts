import { queryEvents } from "@aurora/contracts";
import { type Api, ApiFailure } from "../api/client.ts";
import { readEventStream } from "../api/event-stream.ts";
import type { Turn } from "./conversation.ts";

/**
 * Asks one question over a stream and tells each change of its turn. Ends with the turn `done`.
 * @throws ApiFailure when the call is refused, when an `error` event comes, or when the stream breaks before `done`.
 */
export async function askQuestion(
  api: Api,
  turn: Turn,
  threadId: string,
  signal: AbortSignal,
  onChange: (change: Partial<Turn>) => void,
): Promise<void> {
  const response = await api.open("/api/query", {
    method: "POST",
    accept: "text/event-stream",
    signal,
    body: {
      query: turn.question,
      caller_app: "aurora_nexus_ui",
      thread_id: threadId,
      source_app: turn.sourceApp,
      stream: true,
      include_suivi_block: false,
    },
  });
  if (!response.body) throw new ApiFailure(0, "network", null, null);
  let text = "";
  const citations = [...turn.citations];
  try {
    for await (const { event, data } of readEventStream(response.body)) {
      const value: unknown = JSON.parse(data);
      if (event === "retrieval") onChange({ documents: queryEvents.retrieval.parse(value).documents });
      else if (event === "delta") {
        text += queryEvents.delta.parse(value).text;
        onChange({ state: "writing", text });
      } else if (event === "citation") {
        citations.push(queryEvents.citation.parse(value));
        onChange({ citations: [...citations] });
      } else if (event === "done") {
        const done = queryEvents.done.parse(value);
        return onChange({ state: "done", text: done.answer, citations: done.citations, response: done });
      } else if (event === "error") {
        const { code, detail, request_id } = queryEvents.error.parse(value);
        throw new ApiFailure(200, code, detail, request_id);
      }
    }
  } catch (error) {
    if (signal.aborted || ApiFailure.is(error)) throw error;
    throw new ApiFailure(0, "network", null, null);
  }
  throw new ApiFailure(0, "network", null, null);
}
