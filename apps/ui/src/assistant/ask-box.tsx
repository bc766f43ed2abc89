"use client";
import { maxQuestionChars } from "@aurora/contracts";
import { ArrowUp, ChevronDown, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import {
  type FormEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useSession } from "../session/session-provider.tsx";
import styles from "./ask-box.module.css";

type Props = {
  ref?: Ref<{ focus: () => void }>;
  isBusy: boolean;
  sourceApp: string | null;
  onSourceApp: (sourceApp: string | null) => void;
  onAsk: (question: string) => void;
  onStop: () => void;
};

/** Where questions are written. It grows with them; Enter sends, Shift+Enter starts a line. */
export function AskBox({ ref, isBusy, sourceApp, onSourceApp, onAsk, onStop }: Props) {
  const t = useTranslations("assistant");
  const { sourceApps } = useSession();
  const readable = sourceApps.filter(({ permissions }) => permissions.includes("read"));
  const [question, setQuestion] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus() }), []);

  // What was written before this code ran is kept.
  useEffect(() => setQuestion(area.current?.value ?? ""), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [question]);

  function send() {
    if (!question.trim() || isBusy) return;
    onAsk(question.trim());
    setQuestion("");
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }
  return (
    <form
      className={styles.box}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      <label htmlFor="question" className="visually-hidden">
        {t("ask.label")}
      </label>
      <textarea
        id="question"
        ref={area}
        rows={1}
        data-shortcut="/"
        placeholder={t("ask.placeholder")}
        value={question}
        maxLength={maxQuestionChars}
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className={styles.foot}>
        {readable.length > 1 ? (
          <label className={styles.scope}>
            <span className="visually-hidden">{t("scope.label")}</span>
            <select value={sourceApp ?? ""} onChange={(event) => onSourceApp(event.target.value || null)}>
              <option value="">{t("scope.everything")}</option>
              {readable.map((one) => (
                <option key={one.sourceApp} value={one.sourceApp}>
                  {one.label}
                </option>
              ))}
            </select>
            <ChevronDown aria-hidden />
          </label>
        ) : (
          <span className={styles.hint}>{t("ask.hint")}</span>
        )}
        {isBusy ? (
          <button
            type="button"
            className={styles.send}
            onClick={onStop}
            aria-label={t("ask.stop")}
            title={t("ask.stop")}
          >
            <Square aria-hidden fill="currentColor" />
          </button>
        ) : (
          <button
            type="submit"
            className={styles.send}
            disabled={!question.trim()}
            aria-label={t("ask.send")}
            title={t("ask.send")}
          >
            <ArrowUp aria-hidden />
          </button>
        )}
      </div>
    </form>
  );
}
