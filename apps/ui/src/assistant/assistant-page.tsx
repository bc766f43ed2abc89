"use client";
import type { Citation } from "@aurora/contracts";
import { SquarePen } from "lucide-react";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef, useState } from "react";
import { Button } from "../components/button.tsx";
import { classes } from "../components/classes.ts";
import { AskBox } from "./ask-box.tsx";
import styles from "./assistant-page.module.css";
import { useConversation } from "./conversation-provider.tsx";
import { EngineLine } from "./engine-line.tsx";
import { EvidencePanel } from "./evidence-panel.tsx";
import { TurnView } from "./turn-view.tsx";
import { useMediaQuery } from "./use-media-query.ts";

type OpenSource = { turnId: string; marker: string };

/** Ask, read, check: the answer in the middle, its proof beside it. */
export function AssistantPage() {
  const t = useTranslations("assistant");
  const { turns, isBusy, ask, retry, stop, restart } = useConversation();
  const [sourceApp, setSourceApp] = useState<string | null>(null);
  const [source, setSource] = useState<OpenSource | null>(null);
  const isSheet = useMediaQuery("(max-width: 1100px)");
  const box = useRef<{ focus: () => void }>(null);
  const end = useRef<HTMLDivElement>(null);

  const openTurn = turns.find(({ id }) => id === source?.turnId);
  const citation = openTurn?.citations.find(({ marker }) => marker === source?.marker);
  const close = useCallback(() => setSource(null), []);

  // A new question comes to the top of the view; its answer then grows below without moving what is read.
  const count = turns.length;
  useEffect(() => {
    if (count > 0) end.current?.previousElementSibling?.scrollIntoView({ block: "start" });
  }, [count]);

  const isEmpty = turns.length === 0;
  const askBox = (
    <AskBox
      ref={box}
      isBusy={isBusy}
      sourceApp={sourceApp}
      onSourceApp={setSourceApp}
      onAsk={(question) => {
        setSource(null);
        ask(question, sourceApp);
      }}
      onStop={stop}
    />
  );
  return (
    <div className={classes(styles.page, citation && !isSheet && styles.split)}>
      <div className={classes(styles.column, isEmpty && styles.first)}>
        {isEmpty ? (
          <div className={styles.welcome}>
            <h1>{t("welcome.title")}</h1>
            <p>{t("welcome.text")}</p>
          </div>
        ) : (
          <>
            <div className={styles.top}>
              <h1 className="visually-hidden">{t("title")}</h1>
              <Button
                variant="quiet"
                size="small"
                onClick={() => {
                  setSource(null);
                  restart();
                  box.current?.focus();
                }}
              >
                <SquarePen aria-hidden />
                {t("restart")}
              </Button>
            </div>
            <div className={styles.turns}>
              {turns.map((turn) => (
                <TurnView
                  key={turn.id}
                  turn={turn}
                  openMarker={source?.turnId === turn.id ? source.marker : null}
                  onCite={(cited: Citation) => setSource({ turnId: turn.id, marker: cited.marker })}
                  onRetry={() => retry(turn)}
                  onAsk={(question) => ask(question, turn.sourceApp)}
                  canAsk={!isBusy}
                />
              ))}
              <div ref={end} />
            </div>
            <p className="visually-hidden" role="status">
              {turns.at(-1)?.state === "done" ? t("announce", { count: turns.at(-1)?.citations.length ?? 0 }) : ""}
            </p>
          </>
        )}
        <div className={styles.dock}>
          {askBox}
          <EngineLine lastModel={turns.findLast(({ response }) => response?.model)?.response?.model ?? null} />
        </div>
      </div>
      {citation && openTurn && (
        <EvidencePanel
          citation={citation}
          citations={openTurn.citations}
          isSheet={isSheet}
          onCite={(cited) => setSource({ turnId: openTurn.id, marker: cited.marker })}
          onClose={close}
        />
      )}
    </div>
  );
}
