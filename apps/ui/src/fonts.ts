import localFont from "next/font/local";

// Latin subsets: they cover French, English, Spanish, German and Portuguese. Other scripts use the system's faces.
export const sans = localFont({
  src: "../../../node_modules/@fontsource-variable/instrument-sans/files/instrument-sans-latin-wght-normal.woff2",
  weight: "400 700",
  variable: "--font-sans",
  display: "swap",
});
export const serif = localFont({
  src: [
    {
      path: "../../../node_modules/@fontsource-variable/newsreader/files/newsreader-latin-opsz-normal.woff2",
      style: "normal",
    },
    {
      path: "../../../node_modules/@fontsource-variable/newsreader/files/newsreader-latin-opsz-italic.woff2",
      style: "italic",
    },
  ],
  weight: "200 800",
  variable: "--font-serif",
  display: "swap",
});
