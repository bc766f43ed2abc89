import styles from "./sign-in.module.css";

/** The night behind the sign-in form: three blurred curtains that drift, and a horizon. Decoration only. */
export function AuroraSky() {
  return (
    <svg className={styles.art} viewBox="0 0 800 1000" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <defs>
        <linearGradient id="sky-night" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#050b12" />
          <stop offset="0.6" stopColor="#08191b" />
          <stop offset="1" stopColor="#0d2a26" />
        </linearGradient>
        <linearGradient id="sky-green" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#8b7bff" stopOpacity="0" />
          <stop offset="0.35" stopColor="#6b6ee8" stopOpacity="0.45" />
          <stop offset="0.75" stopColor="#35d79b" stopOpacity="0.85" />
          <stop offset="1" stopColor="#35d79b" stopOpacity="0" />
        </linearGradient>
        <linearGradient id="sky-mint" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#35d79b" stopOpacity="0" />
          <stop offset="0.7" stopColor="#7ff0c6" stopOpacity="0.75" />
          <stop offset="1" stopColor="#12b886" stopOpacity="0" />
        </linearGradient>
        <filter id="sky-soft" x="-40%" y="-20%" width="180%" height="140%">
          <feGaussianBlur stdDeviation="26 14" />
        </filter>
        <filter id="sky-fine" x="-20%" y="-10%" width="140%" height="120%">
          <feGaussianBlur stdDeviation="7 3" />
        </filter>
      </defs>
      <rect width="800" height="1000" fill="url(#sky-night)" />
      <g fill="#dff4ea">
        {stars.map(([x, y, r]) => (
          <circle key={`${x}-${y}`} cx={x} cy={y} r={r} opacity={0.25 + r / 4} />
        ))}
      </g>
      <g className={styles.curtains}>
        <path
          className={styles.slow}
          filter="url(#sky-soft)"
          fill="url(#sky-green)"
          d="M-80 120C90 20 210 210 350 120S620 40 900 170V640C700 720 600 560 430 650S110 740-80 620Z"
        />
        <path
          className={styles.slower}
          filter="url(#sky-soft)"
          fill="url(#sky-mint)"
          opacity="0.7"
          d="M120 330C220 250 330 420 450 340S640 280 760 360V690C650 760 560 640 440 710S210 770 120 700Z"
        />
        <g filter="url(#sky-fine)" stroke="url(#sky-mint)" strokeWidth="5" fill="none" opacity="0.55">
          {rays.map(([x, top, bottom]) => (
            <path key={x} d={`M${x} ${bottom}C${x - 16} ${bottom - 110} ${x + 26} ${top + 120} ${x + 8.01} ${top}`} />
          ))}
        </g>
      </g>
      <path
        d="M0 862c90-34 150-20 236-46 76-22 130 8 214 0 96-10 150-44 232-30 52 8 86 22 118 18v196H0Z"
        fill="#04100f"
      />
      <path d="M0 912c120-30 210 6 330-10s230-40 470-6v104H0Z" fill="#020908" />
    </svg>
  );
}

const rays = [
  [70, 240, 640],
  [122, 190, 660],
  [168, 260, 668],
  [236, 210, 672],
  [300, 250, 662],
  [352, 180, 650],
  [420, 240, 652],
  [486, 200, 648],
  [540, 260, 640],
  [612, 190, 644],
  [676, 240, 660],
  [738, 210, 664],
] as const;
const stars = [
  [64, 80, 1.2],
  [140, 44, 0.8],
  [212, 130, 1],
  [288, 60, 1.4],
  [366, 96, 0.7],
  [430, 36, 1],
  [520, 110, 1.2],
  [596, 52, 0.8],
  [668, 120, 1.5],
  [742, 70, 0.9],
  [712, 190, 0.8],
  [36, 210, 0.9],
  [476, 168, 0.7],
  [110, 770, 0.8],
  [640, 760, 1],
] as const;
