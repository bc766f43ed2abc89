import type { SourceLedger } from "../../ledger/ledger.ts";
import type { OoxmlPackage } from "../ooxml/package.ts";
import { attribute, child, descendants, elements, textContent, type XmlElement } from "../xml.ts";
import { type CellComment, parseReference } from "./sheet.ts";

/** Notes on cells and threads of comments, row by row. What a thread repeats as a note for older programs is left out. */
export function readComments(file: OoxmlPackage, sheet: string, ledger: SourceLedger, page: number): CellComment[] {
  const people = new Map(
    file
      .related(file.main, "person")
      .flatMap((part) => elements(file.readOptional(part) ?? nothing))
      .map((person) => [attribute(person, "id") ?? "", attribute(person, "displayName") ?? ""]),
  );
  const comments: CellComment[] = [];
  const threaded = new Set<string>();
  for (const part of file.related(sheet, "threadedComment"))
    for (const item of elements(file.readOptional(part) ?? nothing)) {
      const place = parseReference(attribute(item, "ref") ?? "");
      if (!place || item.name !== "threadedComment") continue;
      const text = textContent(child(item, "text") ?? nothing).trim();
      ledger.source(text, page);
      threaded.add(attribute(item, "ref") ?? "");
      const author = people.get(attribute(item, "personId") ?? "") ?? "";
      comments.push({ ...place, author, initials: "", time: milliseconds(attribute(item, "dT")), text });
    }
  for (const part of file.related(sheet, "comments")) {
    const root = file.readOptional(part) ?? nothing;
    const authors = descendants(root, "author").map((author) => textContent(author).trim());
    for (const item of descendants(root, "comment")) {
      const place = parseReference(attribute(item, "ref") ?? "");
      const author = authors[Number(attribute(item, "authorId") ?? 0)] ?? "";
      const text = descendants(child(item, "text") ?? nothing, "t")
        .map(textContent)
        .join("")
        .trim();
      ledger.source(text, page);
      if (author.startsWith("tc=") && threaded.has(attribute(item, "ref") ?? "")) ledger.drop(text, "duplicate", page);
      else if (place)
        comments.push({ ...place, author: author.startsWith("tc=") ? "" : author, initials: "", time: "", text });
    }
  }
  return comments.sort((a, b) => a.row - b.row || a.column - b.column);
}

/** "…:52.31" as "…:52.310". */
const milliseconds = (time: string | undefined): string =>
  (time ?? "").replace(/\.(\d{1,3})$/, (_, digits: string) => `.${digits.padEnd(3, "0")}`);

const nothing: XmlElement = { name: "", attributes: {}, children: [] };
