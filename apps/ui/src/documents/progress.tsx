import styles from "./progress.module.css";

/** A bar drawn in SVG: its width needs no inline style, so the page's policy can forbid those. */
export function Progress({ ratio, label }: { ratio: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, ratio)) * 100);
  return (
    <svg
      className={styles.bar}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
    >
      <rect className={styles.track} width="100" height="4" />
      <rect className={styles.fill} width={Math.max(2, percent)} height="4" />
    </svg>
  );
}
