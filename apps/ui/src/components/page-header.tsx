import type { ReactNode } from "react";
import styles from "./page-header.module.css";

/** The top of a page: its name, one sentence, what can be done. */
export function PageHeader({ title, lead, actions }: { title: ReactNode; lead?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={styles.header}>
      <div>
        <h1>{title}</h1>
        {lead && <p className={styles.lead}>{lead}</p>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** For a page that only says one thing: in the middle of the screen. */
export function AlonePage({ children }: { children: ReactNode }) {
  return <main className={styles.alone}>{children}</main>;
}

export function PageBody({ children }: { children: ReactNode }) {
  return <div className={styles.body}>{children}</div>;
}
