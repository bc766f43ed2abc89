"use client";
import { useTranslations } from "next-intl";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import { Link } from "../i18n/routing.ts";
import { blocksOf, DoclingJson } from "../reader/docling.ts";
import { PictureImage } from "../reader/picture-image.tsx";
import styles from "./inspector.module.css";

/** The pictures of the document with what stands under them and what describes them; each leads to its page. */
export function PicturesTab({ documentId }: { documentId: string }) {
  const t = useTranslations("inspector");
  const api = useApi();
  const content = useResource(documentId, async (signal) =>
    blocksOf(await api.call(DoclingJson, `/api/documents/${documentId}/content?format=json`, { signal })),
  );
  if (content.error) return <FailureMessage error={content.error} onRetry={content.reload} />;
  if (!content.data) return <Skeleton shape="block" />;
  const pictures = content.data.filter((block) => block.kind === "picture");
  if (pictures.length === 0) return <p className={styles.quiet}>{t("pictures.empty")}</p>;
  return (
    <>
      <p className={styles.quiet}>{t("pictures.count", { count: pictures.length })}</p>
      <ul className={styles.pictures}>
        {pictures.map(({ caption, description, image, page }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pictures never move
          <li key={index}>
            <figure>
              {image ? (
                <PictureImage documentId={documentId} image={image} alt={description || caption} />
              ) : (
                <p className={styles.noImage}>{t("pictures.noImage")}</p>
              )}
              <figcaption>
                <span className={styles.pictureHead}>
                  <span className={styles.path}>{caption || t("pictures.noCaption")}</span>
                  {page !== null && (
                    <Link className={styles.page} href={`/documents/${documentId}?page=${page}`}>
                      {t("page", { page })}
                    </Link>
                  )}
                </span>
                {description && (
                  <span className={styles.described}>{t("pictures.described", { text: description })}</span>
                )}
              </figcaption>
            </figure>
          </li>
        ))}
      </ul>
    </>
  );
}
