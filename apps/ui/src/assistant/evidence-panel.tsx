"use client";
import { type Citation, DocumentDetail } from "@aurora/contracts";
import { ArrowUpRight, ChevronLeft, ChevronRight, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type RefObject, useEffect, useId, useRef } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { ButtonLink, IconButton } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import { documentPath, rememberPassage } from "../reader/cited-passage.ts";
import { PageImage } from "../reader/page-image.tsx";
import { QuoteView } from "../reader/quote-view.tsx";
import { TextView } from "../reader/text-view.tsx";
import { digits } from "./answer-text.tsx";
import styles from "./evidence-panel.module.css";
import { pageLabel } from "./source-list.tsx";

type Props = {
  citation: Citation;
  /** All citations of the same answer, in order. */
  citations: readonly Citation[];
  /** True on a screen too narrow for two columns: the panel is then a modal sheet. */
  isSheet: boolean;
  onCite: (citation: Citation) => void;
  onClose: () => void;
};

/** The proof beside the answer: the page as printed, the cited words marked. */
export function EvidencePanel(props: Props) {
  const titleId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const { isSheet, onClose } = props;

  useEffect(() => {
    const opener = document.activeElement;
    if (isSheet) dialog.current?.showModal();
    heading.current?.focus({ preventScroll: true });
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, [isSheet]);

  useEffect(() => {
    if (isSheet) return; // a modal dialog closes on Escape by itself
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog:modal")) onClose();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [isSheet, onClose]);

  if (!isSheet)
    return (
      <aside className={styles.side} aria-labelledby={titleId}>
        <Content {...props} titleId={titleId} heading={heading} />
      </aside>
    );
  return (
    <dialog
      ref={dialog}
      className={styles.sheet}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
      onKeyDown={() => undefined}
    >
      <Content {...props} titleId={titleId} heading={heading} />
    </dialog>
  );
}

type ContentProps = Props & { titleId: string; heading: RefObject<HTMLHeadingElement | null> };

function Content({ citation, citations, onCite, onClose, titleId, heading }: ContentProps) {
  const t = useTranslations("assistant");
  const at = citations.findIndex(({ marker }) => marker === citation.marker);
  const previous = citations[at - 1];
  const next = citations[at + 1];
  const pages = pageLabel(citation, t);
  return (
    <>
      <div className={styles.head}>
        <span className={styles.number} aria-hidden>
          {digits(citation.marker)}
        </span>
        <div className={styles.name}>
          <h2 id={titleId} ref={heading} tabIndex={-1} title={citation.title}>
            <span className="visually-hidden">{t("evidence.label", { marker: digits(citation.marker) })} </span>
            {citation.title}
          </h2>
          <p>{[pages, ...citation.heading_path].filter(Boolean).join(" › ")}</p>
        </div>
        <IconButton label={t("evidence.close")} size="small" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </div>
      <div className={styles.scroll}>
        <Proof key={citation.document_id} citation={citation} />
      </div>
      <div className={styles.foot}>
        <IconButton
          label={t("evidence.previous")}
          size="small"
          disabled={!previous}
          onClick={() => previous && onCite(previous)}
        >
          <ChevronLeft aria-hidden />
        </IconButton>
        <IconButton label={t("evidence.next")} size="small" disabled={!next} onClick={() => next && onCite(next)}>
          <ChevronRight aria-hidden />
        </IconButton>
        <ButtonLink
          href={documentPath(citation)}
          variant="primary"
          size="small"
          onClick={() => rememberPassage(citation)}
        >
          {t("evidence.open")}
          <ArrowUpRight aria-hidden />
        </ButtonLink>
      </div>
    </>
  );
}

/** The page as printed and the quote below it; a document without pages as its text, the quote above it. */
function Proof({ citation }: { citation: Citation }) {
  const api = useApi();
  const box = useRef<SVGRectElement>(null);
  const document = useResource(citation.document_id, (signal) =>
    api.call(DocumentDetail, `/api/documents/${encodeURIComponent(citation.document_id)}`, { signal }),
  );
  const page = document.data?.pages.find((one) => one.page === citation.page_start);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another citation of the same page stands elsewhere on it
  useEffect(() => {
    box.current?.scrollIntoView({ block: "center" });
  }, [page, citation.marker]);
  const quote = <QuoteView quote={citation.quote} />;
  if (document.isLoading)
    return (
      <>
        <Skeleton shape="page" />
        {quote}
      </>
    );
  if (page)
    return (
      <>
        <PageImage
          key={page.page}
          documentId={citation.document_id}
          size={page}
          boxes={citation.bboxes}
          isEager
          firstBox={box}
        />
        {quote}
      </>
    );
  return (
    <>
      {quote}
      {document.error ? (
        <FailureMessage error={document.error} onRetry={document.reload} />
      ) : (
        document.data?.pages.length === 0 && (
          <div className={styles.text}>
            <TextView documentId={citation.document_id} quote={citation.quote} page={citation.page_start} />
          </div>
        )
      )}
    </>
  );
}
