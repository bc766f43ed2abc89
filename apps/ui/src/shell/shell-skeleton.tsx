import { Skeleton } from "../components/feedback.tsx";
import styles from "./shell.module.css";

export function ShellSkeleton() {
  return (
    <div className={styles.shell} aria-busy="true">
      <div className={styles.sidebar} />
      <div className={styles.main}>
        <PageSkeleton />
      </div>
    </div>
  );
}

export function PageSkeleton() {
  return (
    <div className={styles.pageSkeleton} aria-busy="true">
      <Skeleton shape="title" />
      <Skeleton />
      <Skeleton shape="block" />
      <Skeleton shape="row" />
      <Skeleton shape="row" />
    </div>
  );
}
