"use client";
import { ChevronLeft, ChevronRight, Minus, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type CSSProperties, useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { IconButton } from "../components/button.tsx";
import { isTyping } from "../shell/shortcuts.tsx";
import type { CitedPassage } from "./cited-passage.ts";
import { PageImage, type PageSize } from "./page-image.tsx";
import styles from "./reader-page.module.css";

type Props = { documentId: string; pages: readonly PageSize[]; startPage: number | null; passage: CitedPassage | null };
const zooms = [0.6, 0.8, 1, 1.25, 1.6, 2] as const;
const zoomStyle = (zoom: number) => ({ "--zoom": String(zoom) }) as CSSProperties;

/** All pages under one another, opened at the cited words. */
export function PageView({ documentId, pages, startPage, passage }: Props) {
  const t = useTranslations("reader");
  const api = useApi();
  const [current, setCurrent] = useState(startPage ?? passage?.bboxes[0]?.page ?? 1);
  const [zoom, setZoom] = useState(2);
  const list = useRef<HTMLOListElement>(null);
  const strip = useRef<HTMLElement>(null);
  const firstBox = useRef<SVGRectElement>(null);

  const goTo = useCallback(
    (page: number) => {
      const target = Math.min(pages.length, Math.max(1, page));
      list.current?.children[target - 1]?.scrollIntoView({ block: "start" });
    },
    [pages.length],
  );

  // Opened once where the address says; the pages' places are known before their pictures are there.
  useEffect(() => {
    if (firstBox.current) firstBox.current.scrollIntoView({ block: "center" });
    else if (startPage && startPage > 1) goTo(startPage);
  }, [goTo, startPage]);

  useEffect(() => {
    const watcher = new IntersectionObserver(
      (entries) => {
        const page = entries.find((entry) => entry.isIntersecting)?.target.getAttribute("data-page-item");
        if (page) setCurrent(Number(page));
      },
      { rootMargin: "-45% 0px -45% 0px" },
    );
    for (const item of list.current?.children ?? []) watcher.observe(item);
    return () => watcher.disconnect();
  }, []);

  // The strip follows; only the strip moves, not the page.
  useEffect(() => {
    const thumb = strip.current?.querySelectorAll("button")[current - 1];
    if (!strip.current || !thumb) return;
    const frame = strip.current.getBoundingClientRect();
    const { top, bottom } = thumb.getBoundingClientRect();
    if (top < frame.top || bottom > frame.bottom)
      strip.current.scrollTop += (top + bottom - frame.top - frame.bottom) / 2;
  }, [current]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === "ArrowRight") goTo(current + 1);
      else if (event.key === "ArrowLeft") goTo(current - 1);
      else if (event.key === "+" || event.key === "=") setZoom((index) => Math.min(zooms.length - 1, index + 1));
      else if (event.key === "-") setZoom((index) => Math.max(0, index - 1));
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [current, goTo]);

  const cited = new Set(passage?.bboxes.map(({ page }) => page));
  return (
    <div className={styles.pageView}>
      {pages.length > 1 && (
        <nav ref={strip} className={styles.strip} aria-label={t("strip")}>
          <ol>
            {pages.map(({ page, width, height }) => (
              <li key={page}>
                <button
                  type="button"
                  className={styles.thumb}
                  aria-label={cited.has(page) ? t("goToCited", { page }) : t("goTo", { page })}
                  aria-current={page === current ? "page" : undefined}
                  data-cited={cited.has(page) || undefined}
                  onClick={() => goTo(page)}
                >
                  {/* biome-ignore lint/performance/noImgElement: a picture behind a session cookie, already of the right size */}
                  <img
                    src={`${api.baseUrl}/api/documents/${documentId}/pages/${page}.png`}
                    alt=""
                    loading="lazy"
                    width={72}
                    height={Math.round((72 * height) / width)}
                    {...(api.baseUrl ? { crossOrigin: "use-credentials" as const } : {})}
                  />
                  <span>{page}</span>
                </button>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className={styles.canvas}>
        <ol ref={list} className={styles.pages} style={zoomStyle(zooms[zoom] ?? 1)}>
          {pages.map((size) => (
            <li key={size.page} data-page-item={size.page}>
              <PageImage
                documentId={documentId}
                size={size}
                boxes={passage?.bboxes ?? []}
                isEager={size.page === current}
                {...(passage?.bboxes[0]?.page === size.page ? { firstBox } : {})}
              />
            </li>
          ))}
        </ol>
      </div>
      <div className={styles.controls} role="toolbar" aria-label={t("controls")}>
        <IconButton label={t("previous")} size="small" disabled={current <= 1} onClick={() => goTo(current - 1)}>
          <ChevronLeft aria-hidden />
        </IconButton>
        <span className={styles.position} aria-live="polite">
          {t("position", { page: current, count: pages.length })}
        </span>
        <IconButton label={t("next")} size="small" disabled={current >= pages.length} onClick={() => goTo(current + 1)}>
          <ChevronRight aria-hidden />
        </IconButton>
        <span className={styles.divider} />
        <IconButton label={t("zoomOut")} size="small" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
          <Minus aria-hidden />
        </IconButton>
        <IconButton
          label={t("zoomIn")}
          size="small"
          disabled={zoom === zooms.length - 1}
          onClick={() => setZoom(zoom + 1)}
        >
          <Plus aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}
