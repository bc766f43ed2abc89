"use client";
import type { Citation } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { quoteLine } from "../reader/quote-parts.ts";
import { digits } from "./answer-text.tsx";
import styles from "./source-list.module.css";

type Translate = ReturnType<typeof useTranslations<"assistant">>;

/** "Guide, p. 4–5". */
export function sourceLine({ title, page_start, page_end }: Citation, t: Translate): string {
  const pages = pageLabel({ page_start, page_end }, t);
  return pages ? `${title}, ${pages}` : title;
}

export function pageLabel(
  { page_start, page_end }: Pick<Citation, "page_start" | "page_end">,
  t: Translate,
): string | null {
  if (page_start === null) return null;
  return page_end !== null && page_end > page_start
    ? t("pageRange", { from: page_start, to: page_end })
    : t("page", { page: page_start });
}

type Props = { citations: readonly Citation[]; openMarker: string | null; onCite: (citation: Citation) => void };

export function SourceList({ citations, openMarker, onCite }: Props) {
  const t = useTranslations("assistant");
  return (
    <section className={styles.sources} aria-label={t("sources")}>
      <h3>{t("sources")}</h3>
      <ol>
        {citations.map((citation) => (
          <li key={citation.marker}>
            <button
              type="button"
              className={styles.source}
              aria-expanded={openMarker === citation.marker}
              onClick={() => onCite(citation)}
            >
              <span className={styles.number}>{digits(citation.marker)}</span>
              <span className={styles.text}>
                <span className={styles.title}>{sourceLine(citation, t)}</span>
                <span className={styles.quote}>{quoteLine(citation.quote)}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
