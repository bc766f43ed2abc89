import { AppError } from "@aurora/kernel";
import { createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import { wordsOf } from "../../ledger/words.ts";
import { htmlReader } from "../html/reader.ts";
import { nameOf, originOf } from "../origin.ts";
import { createParts } from "../parts.ts";
import type { ReadContext, Reader } from "../reader.ts";
import { textReader } from "../text.ts";
import { readEml } from "./eml.ts";
import type { MailMessage } from "./message.ts";
import { readMsg } from "./msg.ts";

const sameBody = 0.8; // of the words of one body found in the other: they say the same

/**
 * A mail: its subject as title, a line for each header, the body once (HTML where both say the same), then each
 * attachment under its name.
 */
export const mailReader: Reader = {
  async read(file, type, context) {
    const message = type.format === "msg" ? readMsg(file.bytes) : await readEml(file.bytes);
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    writeHeaders(builder, message, context);
    await writeBody(builder, message, context);
    const parts = createParts(builder, context, 1);
    for (const [index, attachment] of message.attachments.entries()) {
      await parts.add(attachment, attachment.filename);
      context.onProgress((index + 1) / message.attachments.length);
    }
    for (let number = 1; number <= message.surplus; number++) {
      const name = `attachment ${message.attachments.length + number}`;
      context.warn({ code: "document_part_failed", params: { name, reason: "document_too_complex" } });
    }
    context.ledger.parser("mail");
    context.onProgress(1);
    return { document: builder.document, title: message.subject };
  },
};

function writeHeaders(builder: DocumentBuilder, message: MailMessage, { ledger }: ReadContext): void {
  if (message.subject !== null) builder.addText("title", message.subject);
  const names = message.attachments.filter((attachment) => !attachment.isInline).map(({ filename }) => filename);
  const lines = message.headers.map(([label, value]) => `${label}: ${value}`);
  if (names.length > 0) lines.push(`Attachments: ${names.join(", ")}`);
  for (const line of lines) builder.addText("text", line);
  for (const text of [message.subject ?? "", ...message.headers.map(([, value]) => value), ...names])
    ledger.source(text);
}

async function writeBody(builder: DocumentBuilder, message: MailMessage, context: ReadContext): Promise<void> {
  const html = message.html === null ? null : await readHtml(message.html, context);
  const isHtmlRead = html !== null && html.words.length > 0;
  if (html && isHtmlRead) builder.append(html.document, "#/body", 0);
  if (message.text === null) return;
  const words = wordsOf(message.text.replace(/\bhttps?:\/\/\S+/g, "")); // addresses of links stand in one of the two alone
  if (isHtmlRead && shareFound(words, html.words) >= sameBody) {
    context.ledger.source(message.text);
    context.ledger.drop(message.text, "duplicate");
    return;
  }
  const bytes = Buffer.from(withoutQuoteMarks(message.text), "utf8");
  const file = { filename: "body.txt", bytes };
  const { document } = await textReader.read(file, { format: "txt", mediaType: "text/plain" }, context);
  builder.append(document, "#/body", 0);
}

/** null where the HTML is beyond reading: the plain text stands in. */
async function readHtml(html: string, context: ReadContext) {
  const file = { filename: "body.html", bytes: Buffer.from(html, "utf8") };
  const { document } = await htmlReader
    // a mail has no navigation to set aside
    .read(file, { format: "html", mediaType: "text/html" }, { ...context, htmlMode: "raw" })
    .catch((error: unknown) => {
      if (!AppError.is(error)) throw error;
      return { document: null };
    });
  if (document === null) return null;
  const cells = document.tables.flatMap((table) => table.data.table_cells.map((cell) => cell.text));
  return { document, words: wordsOf([...document.texts.map((item) => item.text), ...cells].join("\n")) };
}

function shareFound(words: readonly string[], others: readonly string[]): number {
  const known = new Set(others);
  return words.length === 0 ? 1 : words.filter((word) => known.has(word)).length / words.length;
}

/** Answers keep what they quote; the marks go, and a blank line stands where the depth of quoting changes. */
function withoutQuoteMarks(text: string): string {
  let last = 0;
  return text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => {
      const marks = /^(?:>\s?)+/.exec(line)?.[0] ?? "";
      const depth = marks.replace(/[^>]/g, "").length;
      const isChange = depth !== last;
      last = depth;
      return (isChange ? "\n" : "") + line.slice(marks.length);
    })
    .join("\n");
}
