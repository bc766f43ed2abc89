"use client";
import { FileUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import styles from "./drop-target.module.css";
import { droppedFiles } from "./dropped-files.ts";
import { useUploads } from "./uploads-provider.tsx";

/** Files may be dropped anywhere in the product; the whole window says so while one hovers. */
export function DropTarget() {
  const t = useTranslations("documents");
  const { choose } = useUploads();
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    let depth = 0; // dragenter and dragleave come in pairs for every element passed over
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const show = (change: number) => {
      depth = Math.max(0, depth + change);
      setIsOver(depth > 0);
    };
    const onEnter = (event: DragEvent) => hasFiles(event) && show(1);
    const onLeave = (event: DragEvent) => hasFiles(event) && show(-1);
    const onOver = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      show(-depth);
      if (event.dataTransfer)
        void droppedFiles(event.dataTransfer).then((files) => {
          if (files.length > 0) choose(files);
        });
    };
    window.addEventListener("dragenter", onEnter);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("dragover", onOver);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("dragenter", onEnter);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("drop", onDrop);
    };
  }, [choose]);
  if (!isOver) return null;
  return (
    <div className={styles.veil} aria-hidden>
      <div className={styles.card}>
        <FileUp />
        <p className={styles.title}>{t("drop.title")}</p>
        <p>{t("drop.formats")}</p>
      </div>
    </div>
  );
}
