/** A stretch of a quote: words, or rows of a table as their cells. */
export type QuotePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] };

const rule = /^(?=.*-{2})[\s|:+-]+$/; // between the head of a table and its rows

/** The cells of a line that passages write `a | b`, or `| a | b |`; null when the line is no row. */
export function cellsOf(line: string): string[] | null {
  const cells = line
    .trim()
    .replace(/^\|\s|\s\|$/g, "")
    .split(/\s\|(?:\s|$)|^\|\s/);
  return cells.length > 1 ? cells.map((cell) => cell.trim()) : null;
}

/** Cuts a quote where a table begins or ends; the rule below a table's head is left out. */
export function quoteParts(quote: string): QuotePart[] {
  const parts: QuotePart[] = [];
  for (const line of quote.split("\n")) {
    if (line.includes("|") && rule.test(line)) continue;
    const cells = cellsOf(line);
    const last = parts.at(-1);
    if (cells && last?.kind === "table") parts[parts.length - 1] = { ...last, rows: [...last.rows, cells] };
    else if (cells) parts.push({ kind: "table", rows: [cells] });
    else if (last?.kind === "text") parts[parts.length - 1] = { ...last, text: `${last.text}\n${line}` };
    else if (line.trim()) parts.push({ kind: "text", text: line });
  }
  return parts;
}

/** A quote on one line, its cells apart: "Étranger · Bruxelles · 128". */
export const quoteLine = (quote: string): string =>
  quoteParts(quote)
    .map((part) =>
      part.kind === "text" ? part.text : part.rows.map((cells) => cells.filter(Boolean).join(" · ")).join("\n"),
    )
    .join("\n");
