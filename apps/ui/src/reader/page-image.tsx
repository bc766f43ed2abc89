"use client";
import type { BoundingBox } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type Ref, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Skeleton } from "../components/feedback.tsx";
import styles from "./page-image.module.css";

export type PageSize = { readonly page: number; readonly width: number; readonly height: number };
type Props = {
  documentId: string;
  size: PageSize;
  /** In PDF points, origin top left; those of other pages are ignored. */
  boxes: readonly BoundingBox[];
  isEager?: boolean;
  firstBox?: Ref<SVGRectElement>;
};

/** One page as it was printed, the cited words marked on it. It takes its place before the picture is there. */
export function PageImage({ documentId, size, boxes, isEager, firstBox }: Props) {
  const t = useTranslations("reader");
  const api = useApi();
  const [state, setState] = useState<"loading" | "shown" | "failed">("loading");
  const mine = boxes.filter(({ page }) => page === size.page);
  const margin = 1.5; // points around the words, as a highlighter would leave
  return (
    <div className={styles.sheet} data-page={size.page} style={{ aspectRatio: `${size.width} / ${size.height}` }}>
      {state === "loading" && <Skeleton shape="page" />}
      {state === "failed" ? (
        <p className={styles.failed}>{t("pageFailed", { page: size.page })}</p>
      ) : (
        // biome-ignore lint/performance/noImgElement: a picture behind a session cookie, already of the right size
        <img
          src={`${api.baseUrl}/api/documents/${documentId}/pages/${size.page}.png`}
          alt={mine.length > 0 ? t("pageAltCited", { page: size.page }) : t("pageAlt", { page: size.page })}
          width={Math.round(size.width)}
          height={Math.round(size.height)}
          loading={isEager ? "eager" : "lazy"}
          decoding="async"
          {...(api.baseUrl ? { crossOrigin: "use-credentials" as const } : {})}
          onLoad={() => setState("shown")}
          onError={() => setState("failed")}
        />
      )}
      {mine.length > 0 && (
        <svg className={styles.marks} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden data-testid="marks">
          {mine.map(({ l, t: top, r, b }, index) => (
            <rect
              key={`${l}-${top}-${r}-${b}`}
              {...(index === 0 && firstBox ? { ref: firstBox } : {})}
              x={l - margin}
              y={top - margin}
              width={Math.max(0, r - l) + 2 * margin}
              height={Math.max(0, b - top) + 2 * margin}
              rx={2}
            />
          ))}
        </svg>
      )}
    </div>
  );
}
