import { quoteParts } from "./quote-parts.ts";
import styles from "./quote-view.module.css";

/** The words an answer cites, as they stand in the document: rows of a table as a small table. */
export function QuoteView({ quote }: { quote: string }) {
  return (
    <blockquote className={styles.quote}>
      {quoteParts(quote).map((part, at) =>
        part.kind === "text" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
          <p key={at}>{part.text}</p>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
          <div key={at} className={styles.table}>
            <table>
              <tbody>
                {part.rows.map((cells, row) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
                  <tr key={row}>
                    {cells.map((cell, column) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: cells never move
                      <td key={column}>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ),
      )}
    </blockquote>
  );
}
