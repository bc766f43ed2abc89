import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "./classes.ts";
import styles from "./feedback.module.css";

const icons = { neutral: Info, danger: CircleAlert, caution: TriangleAlert, good: CircleCheck };

/** A sentence the reader should notice. Danger is announced at once, the rest when the reader pauses. */
export function Message({ tone = "neutral", children }: { tone?: keyof typeof icons; children: ReactNode }) {
  const Icon = icons[tone];
  return (
    <div
      className={classes(styles.message, tone !== "neutral" && styles[tone])}
      role={tone === "danger" ? "alert" : "status"}
    >
      <Icon aria-hidden />
      <div>{children}</div>
    </div>
  );
}

/** The shape of what is coming. Its sizes are those of tokens, so nothing jumps when the content is there. */
export function Skeleton({ shape = "line" }: { shape?: "line" | "title" | "block" | "row" | "page" }) {
  return <span aria-hidden className={classes(styles.skeleton, styles[shape])} />;
}

export function EmptyState({
  art,
  title,
  heading: Heading = "h2",
  children,
  actions,
}: {
  art?: ReactNode;
  title: string;
  /** `h1` where it is all there is on the page. */
  heading?: "h1" | "h2";
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={styles.empty}>
      {art}
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
