import type { ReactNode } from "react";
import styles from "./gateway.module.css";

/** A state in a word, with a dot of its colour. */
export function Badge({
  tone = "quiet",
  children,
}: {
  tone?: "good" | "busy" | "caution" | "bad" | "quiet";
  children: ReactNode;
}) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}
