import { AppError } from "@aurora/kernel";
import Papa from "papaparse";
import { decodeText } from "../decode-text.ts";
import { type CellFields, createDocumentBuilder } from "../document-builder.ts";
import { nameOf, originOf } from "./origin.ts";
import type { Reader } from "./reader.ts";

const delimiters = [",", ";", "\t", "|", ":"] as const;
const maxCells = 2_000_000;

/** Delimited text (RFC 4180 and its common relatives): one table, whose first row is the header. */
export const csvReader: Reader = {
  async read(file, type, context) {
    const text = decodeText(file.bytes);
    if (text.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    context.ledger.source(text);
    context.ledger.parser("papaparse");
    // Excel's own first line, which names the delimiter, is no row
    const named = /^sep=(.)\n/i.exec(text);
    if (named) context.ledger.drop(named[0], "hidden");
    const body = (named ? text.slice(named[0].length) : text).trimEnd();
    const delimiter = named?.[1] ?? sniffDelimiter(body);
    const cells: CellFields[] = [];
    let row = 0;
    Papa.parse<string[]>(body, {
      delimiter,
      header: false,
      step({ data: values }, parser) {
        for (const [column, value] of values.entries())
          cells.push({ row, column, text: value.trim(), columnHeader: row === 0 });
        row++;
        if (cells.length > maxCells) parser.abort();
      },
    });
    if (cells.length > maxCells)
      throw new AppError("document_too_complex", "The table has too many cells.", { params: { limit: maxCells } });
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    builder.addTable(cells);
    return { document: builder.document, title: null };
  },
};

/** The delimiter that splits the first 50 rows most alike, into at least two columns; a comma when none does. */
function sniffDelimiter(text: string): string {
  const sample = text.split("\n", 50).join("\n");
  let best: { delimiter: string; score: number } = { delimiter: ",", score: 0 };
  for (const delimiter of delimiters) {
    const { data } = Papa.parse<string[]>(sample.trimEnd(), { delimiter, header: false });
    const widths = data.filter((row) => row.length > 1 || row[0] !== "").map((row) => row.length);
    const width = widths[0] ?? 1;
    const alike = widths.filter((other) => other === width).length / Math.max(1, widths.length);
    const score = width > 1 ? alike * (1 + Math.min(width, 20) / 100) : 0;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}
