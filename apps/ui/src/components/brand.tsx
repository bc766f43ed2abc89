import { useId } from "react";
import styles from "./brand.module.css";

/** Three curtains of light rising from one horizon: the product's mark, drawn with no colour of its own but the aurora's. */
export function BrandMark({ className }: { className?: string }) {
  const id = useId();
  return (
    <svg viewBox="0 0 32 32" className={className ?? styles.mark} aria-hidden="true">
      <defs>
        <linearGradient id={id} x1="0" y1="32" x2="32" y2="0" gradientUnits="userSpaceOnUse">
          <stop offset="0.1" stopColor="#12b886" />
          <stop offset="0.55" stopColor="#4fd8a4" />
          <stop offset="1" stopColor="#8b7bff" />
        </linearGradient>
      </defs>
      <rect width="32" height="32" rx="9" fill="#0b1b19" />
      <g fill="none" stroke={`url(#${id})`} strokeWidth="2.6" strokeLinecap="round">
        <path d="M9 23.5c-1-5 2.2-6.5 1-12" />
        <path d="M16 23.5c-1-6.5 2.4-9 1-16.5" />
        <path d="M23 23.5c-1-4.5 2-6 1-10.5" />
      </g>
    </svg>
  );
}

export function Brand() {
  return (
    <span className={styles.brand}>
      <BrandMark />
      Aurora Nexus
    </span>
  );
}
