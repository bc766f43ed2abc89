import type { SourceLedger } from "../../ledger/ledger.ts";
import type { Comment } from "../ooxml/comments.ts";
import { paragraphTexts } from "../ooxml/drawing-text.ts";
import type { OoxmlPackage } from "../ooxml/package.ts";
import { attribute, child, descendants, elements, textContent, type XmlElement } from "../xml.ts";

export interface SlideComment extends Comment {
  readonly id: string;
}

/** Who comments, by the id comments name: of the older and the newer kind. */
export function readAuthors(file: OoxmlPackage): ReadonlyMap<string, { name: string; initials: string }> {
  const parts = [...file.related(file.main, "commentAuthors"), ...file.related(file.main, "authors")];
  return new Map(
    parts
      .flatMap((part) => elements(file.readOptional(part) ?? { name: "", attributes: {}, children: [] }))
      .map((author) => [
        attribute(author, "id") ?? "",
        { name: attribute(author, "name") ?? "", initials: attribute(author, "initials") ?? "" },
      ]),
  );
}

/** Comments on a slide, answers after what they answer. */
export function readComments(
  file: OoxmlPackage,
  slide: string,
  authors: ReturnType<typeof readAuthors>,
  ledger: SourceLedger,
  page: number,
): SlideComment[] {
  const read = (element: XmlElement): SlideComment[] => {
    const plain = child(element, "p:text");
    const body = child(element, "p188:txBody");
    const text = plain ? textContent(plain).trim() : body ? paragraphTexts(body).join("\n") : "";
    ledger.source(text, page);
    const author = authors.get(attribute(element, "authorId") ?? "");
    const comment = {
      id: attribute(element, "idx") ?? attribute(element, "id") ?? "",
      author: author?.name ?? "",
      initials: author?.initials ?? "",
      time: attribute(element, "dt") ?? attribute(element, "created") ?? "",
      text,
    };
    return [comment, ...descendants(element, "p188:reply").flatMap(read)];
  };
  return file
    .related(slide, "comments")
    .flatMap((part) => elements(file.readOptional(part) ?? { name: "", attributes: {}, children: [] }))
    .filter((element) => element.name === "p:cm" || element.name === "p188:cm")
    .flatMap(read);
}
