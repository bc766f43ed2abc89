"use client";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useSession } from "../session/session-provider.tsx";
import { askQuestion } from "./ask-question.ts";
import { type Conversation, isOpen, loadConversation, newTurn, saveConversation, type Turn } from "./conversation.ts";

type ConversationControls = {
  readonly turns: readonly Turn[];
  readonly isBusy: boolean;
  readonly ask: (question: string, sourceApp: string | null) => void;
  readonly retry: (turn: Turn) => void;
  readonly stop: () => void;
  readonly restart: () => void;
};
const ConversationContext = createContext<ConversationControls | null>(null);

/** The conversation of this tab, one question at a time. An answer goes on being written while another page is read. */
export function ConversationProvider({ children }: { children: ReactNode }) {
  return <ConversationContext value={useConversationState()}>{children}</ConversationContext>;
}

export function useConversation(): ConversationControls {
  const conversation = useContext(ConversationContext);
  if (!conversation) throw new Error("useConversation outside of ConversationProvider");
  return conversation;
}

function useConversationState(): ConversationControls {
  const api = useApi();
  const { user } = useSession();
  const [conversation, setConversation] = useState<Conversation>({ threadId: "", turns: [] });
  const controller = useRef<AbortController | null>(null);

  useEffect(() => {
    setConversation(loadConversation(user.id) ?? { threadId: crypto.randomUUID(), turns: [] });
    return () => controller.current?.abort();
  }, [user.id]);

  const isBusy = conversation.turns.some(isOpen);
  useEffect(() => {
    if (conversation.threadId && !isBusy) saveConversation(user.id, conversation);
  }, [conversation, isBusy, user.id]);

  const run = useCallback(
    async (turn: Turn, threadId: string) => {
      const mine = new AbortController();
      controller.current = mine;
      const change = (part: Partial<Turn>) =>
        setConversation((old) => ({
          ...old,
          turns: old.turns.map((one) => (one.id === turn.id ? { ...one, ...part } : one)),
        }));
      try {
        await askQuestion(api, turn, threadId, mine.signal, change);
      } catch (failure) {
        change(mine.signal.aborted ? { state: "stopped" } : { state: "failed", failure });
      }
    },
    [api],
  );

  const { threadId } = conversation;
  return {
    turns: conversation.turns,
    isBusy,
    ask: (question: string, sourceApp: string | null) => {
      if (threadId === "") return; // what this tab kept has not been read yet
      const turn = newTurn(crypto.randomUUID(), question, sourceApp);
      setConversation((old) => ({ ...old, turns: [...old.turns, turn] }));
      void run(turn, threadId);
    },
    retry: (failed: Turn) => {
      const turn = newTurn(failed.id, failed.question, failed.sourceApp);
      setConversation((old) => ({ ...old, turns: old.turns.map((one) => (one.id === turn.id ? turn : one)) }));
      void run(turn, threadId);
    },
    stop: () => controller.current?.abort(),
    restart: () => {
      controller.current?.abort();
      setConversation({ threadId: crypto.randomUUID(), turns: [] });
    },
  };
}
