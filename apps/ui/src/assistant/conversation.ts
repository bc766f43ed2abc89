import { Citation, QueryResponse } from "@aurora/contracts";
import { z } from "zod";

/** One question and what became of it. */
export type Turn = {
  readonly id: string;
  readonly question: string;
  /** null = every corpus the reader may read. */
  readonly sourceApp: string | null;
  readonly state: "searching" | "writing" | "done" | "stopped" | "failed";
  /** How many documents the answer will be looked for in, once known. */
  readonly documents: number | null;
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly response: QueryResponse | null;
  /** What to say when `state` is `failed`: an ApiFailure, or the sentence of the stream's `error` event. */
  readonly failure: unknown;
};

export const newTurn = (id: string, question: string, sourceApp: string | null): Turn => ({
  id,
  question,
  sourceApp,
  state: "searching",
  documents: null,
  text: "",
  citations: [],
  response: null,
  failure: null,
});

export const isOpen = (turn: Turn): boolean => turn.state === "searching" || turn.state === "writing";

const Saved = z.object({
  threadId: z.string(),
  turns: z.array(
    z.object({
      id: z.string(),
      question: z.string(),
      sourceApp: z.string().nullable(),
      state: z.enum(["done", "stopped"]),
      text: z.string(),
      citations: z.array(Citation),
      response: QueryResponse.nullable(),
    }),
  ),
});
export type Conversation = { readonly threadId: string; readonly turns: readonly Turn[] };

const keyOf = (userId: string) => `aurora.conversation.${userId}`;
const keptTurns = 30; // sessionStorage holds about 5 MB

/** Conversations stay in this tab until it is closed or the reader signs out. */
export function saveConversation(userId: string, { threadId, turns }: Conversation): void {
  const finished = turns.filter(({ state }) => state === "done" || state === "stopped").slice(-keptTurns);
  try {
    sessionStorage.setItem(keyOf(userId), JSON.stringify({ threadId, turns: finished }));
  } catch {
    sessionStorage.removeItem(keyOf(userId)); // full: a conversation cut in the middle would be worse than none
  }
}

export function loadConversation(userId: string): Conversation | null {
  try {
    const saved = Saved.safeParse(JSON.parse(sessionStorage.getItem(keyOf(userId)) ?? "null"));
    if (!saved.success) return null;
    const turns = saved.data.turns.map((turn) => ({ ...newTurn(turn.id, turn.question, turn.sourceApp), ...turn }));
    return { threadId: saved.data.threadId, turns };
  } catch {
    return null;
  }
}
