import type { DocumentBuilder } from "../../document-builder.ts";

export interface Comment {
  readonly author: string;
  readonly initials: string;
  /** As the file says it; empty where it does not. */
  readonly time: string;
  readonly text: string;
}

/** A comment's text as Docling writes it, in a group of its own in the layer of notes, linked from what it is about. */
export function addComment(builder: DocumentBuilder, name: string, comment: Comment, about: readonly string[]): void {
  if (comment.text === "") return;
  const group = builder.addGroup("comment_section", { name, layer: "notes" });
  builder.addText("text", `${heading(comment)}${comment.text}`, { parent: group, layer: "notes" });
  for (const item of about) builder.addComment(item, group);
}

function heading({ author, initials, time }: Comment): string {
  const name = initials === "" || author.endsWith(`(${initials})`) ? author : `${author} (${initials})`.trim();
  const said = [name && `author: ${name}`, time && `time: ${time}`].filter((part) => part !== "");
  return said.length === 0 ? "" : `[${said.join(", ")}]: `;
}
