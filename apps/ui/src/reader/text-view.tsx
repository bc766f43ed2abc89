"use client";
import { useTranslations } from "next-intl";
import { Fragment, type ReactNode, useEffect, useMemo, useRef } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import { type Block, blocksOf, DoclingJson } from "./docling.ts";
import { findQuote, type QuoteRange, type TableRow } from "./find-quote.ts";
import { PictureImage } from "./picture-image.tsx";
import styles from "./text-view.module.css";

type Props = { documentId: string; quote: string | null; page: number | null };

/** The document's words in order, built of React elements only: whatever a file holds is text here, never markup. */
export function TextView({ documentId, quote, page }: Props) {
  const t = useTranslations("reader");
  const api = useApi();
  const content = useResource(documentId, async (signal) =>
    blocksOf(await api.call(DoclingJson, `/api/documents/${documentId}/content?format=json`, { signal })),
  );
  const blocks = content.data;
  const { starts, ranges } = useMemo(() => {
    const texts = (blocks ?? []).flatMap(textsOf);
    let next = 0;
    const starts = (blocks ?? []).map((block) => {
      const start = next;
      next += textsOf(block).length;
      return start;
    });
    const ranges = new Map<number, QuoteRange[]>();
    const rows = (blocks ?? []).flatMap((block, at) =>
      block.kind === "table" ? rowsOf(block, (starts[at] ?? 0) + 1) : [],
    );
    for (const range of quote ? findQuote(texts, quote, rows) : [])
      ranges.set(range.index, [...(ranges.get(range.index) ?? []), range]);
    return { starts, ranges };
  }, [blocks, quote]);

  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    if (ranges.size > 0) article.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
    else if (page !== null && blocks)
      article.current?.querySelector(`[data-page-start="${page}"]`)?.scrollIntoView({ block: "start" });
  }, [blocks, page, ranges]);

  if (content.error) return <FailureMessage error={content.error} onRetry={content.reload} />;
  if (!blocks)
    return (
      <div className={styles.article} role="status" aria-label={t("loading")}>
        <Skeleton shape="title" />
        <Skeleton shape="block" />
        <Skeleton shape="block" />
      </div>
    );
  const mark = (index: number, text: string) => marked(text, ranges.get(index) ?? []);
  return (
    <article ref={article} className={styles.article}>
      {blocks.length === 0 && <p>{t("noText")}</p>}
      {blocks.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move
        <Fragment key={at}>
          {block.page !== null && block.page !== pageBefore(blocks, at) && (
            <p className={styles.pageStart} data-page-start={block.page}>
              {t("pageAlt", { page: block.page })}
            </p>
          )}
          <BlockView documentId={documentId} block={block} start={starts[at] ?? 0} mark={mark} />
        </Fragment>
      ))}
    </article>
  );
}

/** The page the reader is on when the block comes. */
const pageBefore = (blocks: readonly Block[], at: number): number | null =>
  blocks.slice(0, at).findLast(({ page }) => page !== null)?.page ?? null;

/** Every text of a block, in the order `BlockView` shows them. */
function textsOf(block: Block): string[] {
  if (block.kind === "table") return [block.caption, ...block.rows.flat().map((cell) => cell.text)];
  return [block.kind === "picture" ? block.caption : block.text];
}

/** What stands in each row, as places among the texts; `first` is the place of the first cell. */
function rowsOf({ rows }: Extract<Block, { kind: "table" }>, first: number): TableRow[] {
  const cells = rows.flatMap((row, at) => row.map((cell) => ({ ...cell, at })));
  return rows.map((_, row) =>
    cells.flatMap(({ at, rowSpan }, index) => (at <= row && row < at + rowSpan ? [first + index] : [])),
  );
}

function marked(text: string, ranges: readonly QuoteRange[]): ReactNode {
  if (ranges.length === 0) return text;
  const parts: ReactNode[] = [];
  let at = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return [...parts, text.slice(at)];
}

type BlockProps = { documentId: string; block: Block; start: number; mark: (index: number, text: string) => ReactNode };

function BlockView({ documentId, block, start, mark }: BlockProps) {
  const t = useTranslations("reader");
  switch (block.kind) {
    case "heading": {
      // The page's own title is the h1.
      const Heading = (["h2", "h3", "h4", "h5", "h6"] as const)[Math.min(4, block.level - 1)] ?? "h6";
      return <Heading>{mark(start, block.text)}</Heading>;
    }
    case "item":
      return (
        <p className={styles.item} data-depth={Math.min(4, block.depth)}>
          <span aria-hidden>{block.marker ?? "–"}</span>
          <span>{mark(start, block.text)}</span>
        </p>
      );
    case "code":
    case "formula":
      return (
        <pre>
          <code>{mark(start, block.text)}</code>
        </pre>
      );
    case "picture":
      if (!block.image)
        return (
          <p className={styles.picture}>
            {t("picture")} {mark(start, block.caption)}
          </p>
        );
      return (
        <figure className={styles.figure}>
          <PictureImage documentId={documentId} image={block.image} alt={block.description || block.caption} />
          {block.caption && <figcaption>{mark(start, block.caption)}</figcaption>}
        </figure>
      );
    case "table": {
      let next = start + 1;
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled with the keyboard too
        <section className={styles.table} tabIndex={0} aria-label={block.caption || t("table")}>
          <table>
            {block.caption && <caption>{mark(start, block.caption)}</caption>}
            <tbody>
              {block.rows.map((row, rowIndex) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
                <tr key={rowIndex}>
                  {row.map((cell, cellIndex) => {
                    const Cell = cell.isHeader ? "th" : "td";
                    return (
                      // biome-ignore lint/suspicious/noArrayIndexKey: cells never move
                      <Cell key={cellIndex} rowSpan={cell.rowSpan} colSpan={cell.columnSpan}>
                        {mark(next++, cell.text)}
                      </Cell>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      );
    }
    default:
      return <p className={block.kind === "text" ? undefined : styles.aside}>{mark(start, block.text)}</p>;
  }
}
