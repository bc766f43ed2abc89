import { AppError } from "@aurora/kernel";
import { decodeText } from "../decode-text.ts";
import { createDocumentBuilder } from "../document-builder.ts";
import { nameOf, originOf } from "./origin.ts";
import type { Reader } from "./reader.ts";

const bullet = /^\s*([-*•‣▪–])\s+(?=\S)/;
const numbered = /^\s*((?:\d{1,3}|[a-z])[.)°])\s+(?=\S)/i;

/**
 * Plain text: a paragraph is what stands between blank lines; lines that begin with a bullet or a number are list
 * items of their own when at least two stand together, and an indented line goes on with its item.
 */
export const textReader: Reader = {
  async read(file, type, context) {
    const text = decodeText(file.bytes);
    if (text.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    context.ledger.source(text);
    context.ledger.parser("text");
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    for (const block of text.split(/\n[\t \u00a0]*\n+|\f/)) {
      const lines = block.split("\n").filter((line) => line.trim() !== "");
      for (const part of splitLists(lines)) {
        if (!part.isList) {
          builder.addText("text", part.lines.map((line) => line.trim()).join(isWrapped(part.lines) ? " " : "\n"));
          continue;
        }
        const list = builder.addGroup("list");
        for (const item of part.lines) {
          const marker = (bullet.exec(item) ?? numbered.exec(item))?.[1] ?? "-";
          const content = item.replace(bullet, "").replace(numbered, "").trim();
          builder.addText("list_item", content, { parent: list, marker, enumerated: numbered.test(item) });
        }
      }
    }
    return { document: builder.document, title: null };
  },
};

/** Lines broken at the edge of the writer's window are one paragraph; short ones (an address, a poem) stay lines. */
function isWrapped(lines: readonly string[]): boolean {
  const full = lines.slice(0, -1);
  return full.length > 0 && full.filter((line) => line.trim().length >= 45).length >= 0.6 * full.length;
}

interface Part {
  readonly isList: boolean;
  readonly lines: string[];
}

function splitLists(lines: readonly string[]): Part[] {
  const isItem = (line: string) => bullet.test(line) || numbered.test(line);
  const parts: Part[] = [];
  if (lines.filter(isItem).length < 2) return lines.length > 0 ? [{ isList: false, lines: [...lines] }] : [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (isItem(line)) {
      if (last?.isList) last.lines.push(line);
      else parts.push({ isList: true, lines: [line] });
    } else if (last?.isList && /^\s{2,}/.test(line)) {
      last.lines.push(`${last.lines.pop() ?? ""} ${line.trim()}`);
    } else if (last && !last.isList) last.lines.push(line);
    else parts.push({ isList: false, lines: [line] });
  }
  return parts;
}
