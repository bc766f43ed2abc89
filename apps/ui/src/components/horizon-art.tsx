import styles from "./horizon-art.module.css";

/** The drawing of empty pages: a sheet lying on the horizon, curtains of light above it. */
export function HorizonArt() {
  return (
    <svg
      className={styles.art}
      viewBox="0 0 176 104"
      fill="none"
      strokeLinecap="round"
      strokeWidth="1.5"
      aria-hidden="true"
    >
      <g className={styles.ray}>
        <path d="M52 70c-5-16 8-22 3-46" opacity=".35" />
        <path d="M66 70c-5-20 9-30 4-58" opacity=".7" />
        <path d="M82 70c-5-22 9-32 4-64" />
      </g>
      <g className={styles.far}>
        <path d="M98 70c-5-20 9-28 4-54" opacity=".9" />
        <path d="M114 70c-4-14 7-20 3-40" opacity=".55" />
      </g>
      <g stroke="currentColor">
        <path d="M8 82h34M136 82h32M22 92h20M140 92h14" opacity=".6" />
        <path d="M56 76h66l8 22H46z" />
        <path d="M64 83h34M61 90h44" opacity=".7" />
      </g>
    </svg>
  );
}
