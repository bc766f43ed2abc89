import styles from "./file-glyph.module.css";
import { extensionOf } from "./formats.ts";

/** A small sheet with the kind of the file written on it. */
export function FileGlyph({ filename }: { filename: string }) {
  return (
    <span className={styles.glyph} aria-hidden>
      {extensionOf(filename).slice(0, 4)}
    </span>
  );
}
