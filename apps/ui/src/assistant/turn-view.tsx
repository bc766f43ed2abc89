"use client";
import { type Citation, offlineModel } from "@aurora/contracts";
import { formatDuration } from "@aurora/i18n";
import { Check, Copy, RotateCw } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { Button, ButtonLink } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { AnswerText } from "./answer-text.tsx";
import { isOpen, type Turn } from "./conversation.ts";
import { SourceList, sourceLine } from "./source-list.tsx";
import styles from "./turn-view.module.css";

type Props = {
  turn: Turn;
  openMarker: string | null;
  onCite: (citation: Citation) => void;
  onRetry: () => void;
  onAsk: (question: string) => void;
  canAsk: boolean;
};

/** One question as a heading, its answer as a text, its sources as notes below. */
export function TurnView({ turn, openMarker, onCite, onRetry, onAsk, canAsk }: Props) {
  const t = useTranslations("assistant");
  const text = useDeferredValue(turn.text);
  const locale = useLocale();
  const { response } = turn;
  const languageName = (tag: unknown) =>
    new Intl.DisplayNames([locale], { type: "language" }).of(String(tag)) ?? String(tag);
  const isRefusal = response?.status === "no_sources";
  return (
    <article className={styles.turn} aria-busy={isOpen(turn)}>
      <h2 className={styles.question}>{turn.question}</h2>
      {turn.state === "searching" && <Searching documents={turn.documents} />}
      {isRefusal ? (
        <NoSources answer={turn.text} />
      ) : (
        text && (
          <AnswerText
            answer={text}
            citations={turn.citations}
            support={response?.support ?? []}
            openMarker={openMarker}
            onCite={onCite}
          />
        )
      )}
      {turn.state === "writing" && <div className={styles.light} aria-hidden />}
      {turn.state === "failed" && (
        <div className={styles.failure}>
          <FailureMessage error={turn.failure} />
          <Button size="small" onClick={onRetry} disabled={!canAsk}>
            <RotateCw aria-hidden />
            {t("retry")}
          </Button>
        </div>
      )}
      {turn.state === "stopped" && (
        <div className={styles.failure}>
          <Message>{t("stopped")}</Message>
          <Button size="small" onClick={onRetry} disabled={!canAsk}>
            <RotateCw aria-hidden />
            {t("retry")}
          </Button>
        </div>
      )}
      {response?.notices.map((notice) => (
        <Message key={notice.code}>
          {notice.code === "quotes_in_source_language"
            ? t("notices.quotes_in_source_language", { language: languageName(notice.params.language) })
            : t("notices.other")}
        </Message>
      ))}
      {turn.citations.length > 0 && <SourceList citations={turn.citations} openMarker={openMarker} onCite={onCite} />}
      {response?.outline && response.outline.length > 0 && (
        <section className={styles.outline} aria-label={t("outline")}>
          <p aria-hidden>{t("outline")}</p>
          <ul>
            {response.outline.map((section) => (
              <li key={section.id}>
                <button type="button" disabled={!canAsk} onClick={() => onAsk(section.title)}>
                  {section.title}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {turn.state === "done" && !isRefusal && <TurnFoot turn={turn} />}
    </article>
  );
}

function Searching({ documents }: { documents: number | null }) {
  const t = useTranslations("assistant");
  return (
    <div className={styles.searching} role="status">
      <span className={styles.light} aria-hidden />
      {documents === null ? t("searching") : t("reading", { count: documents })}
    </div>
  );
}

function NoSources({ answer }: { answer: string }) {
  const t = useTranslations("assistant");
  return (
    <div className={styles.noSources}>
      <p>{answer || t("noSources.title")}</p>
      <p className={styles.why}>{t("noSources.text")}</p>
      <ButtonLink href="/documents" size="small">
        {t("noSources.action")}
      </ButtonLink>
    </div>
  );
}

function TurnFoot({ turn }: { turn: Turn }) {
  const t = useTranslations("assistant");
  const locale = useLocale();
  const [isCopied, setIsCopied] = useState(false);
  const { response } = turn;
  if (!response) return null;
  const total = response.timings_ms.total ?? response.timings_ms.total_ms;
  const facts = [
    !response.model
      ? null
      : response.model === offlineModel
        ? t("answeredOffline")
        : t("answeredBy", { model: response.model }),
    response.cache.status === "miss" ? null : t("fromCache"),
    total === undefined ? null : formatDuration(locale, total),
  ].filter(Boolean);
  async function copy() {
    const sources = turn.citations.map((citation) => `${citation.marker} ${sourceLine(citation, t)}`);
    await navigator.clipboard.writeText([turn.text, ...(sources.length > 0 ? ["", ...sources] : [])].join("\n"));
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), 2_000);
  }
  return (
    <div className={styles.foot}>
      <Button variant="quiet" size="small" onClick={copy}>
        {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
        <span aria-live="polite">{isCopied ? t("copied") : t("copy")}</span>
      </Button>
      <p>{facts.join(" · ")}</p>
    </div>
  );
}
