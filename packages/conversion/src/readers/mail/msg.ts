import { AppError } from "@aurora/kernel";
import msgReader, { type FieldsData } from "@kenjiuno/msgreader";
import { checkCompoundFile } from "../../compound-file.ts";
import { decodeAs } from "../../decode-text.ts";
import { addressText, type MailAttachment, type MailMessage } from "./message.ts";

// a CommonJS package: its default stands one level deeper for Node than for bundlers
const MsgReader = "default" in msgReader ? (msgReader.default as typeof msgReader) : msgReader;

/** An Outlook message (MS-OXMSG). */
export function readMsg(bytes: Uint8Array): MailMessage {
  checkCompoundFile(bytes);
  try {
    const reader = new MsgReader(Uint8Array.from(bytes).buffer);
    const fields = reader.getFileData();
    if (fields.error) throw new Error(fields.error);
    const attachments = (fields.attachments ?? []).flatMap((attachment, index): MailAttachment[] => {
      const { fileName, content } = reader.getAttachment(attachment);
      const name = fileName || attachment.fileNameShort || attachment.name || `attachment-${index + 1}`;
      return [{ filename: name, bytes: content, isInline: attachment.attachmentHidden === true }];
    });
    return {
      subject: fields.subject?.trim() || null,
      headers: headersOf(fields),
      html: htmlOf(fields),
      text: fields.body?.trim() ? fields.body : null,
      attachments,
      surplus: 0,
    };
  } catch (cause) {
    throw new AppError("document_corrupt", "The message is damaged or incomplete.", { cause });
  }
}

function headersOf(fields: FieldsData): MailMessage["headers"] {
  const recipients = (kind: string): string =>
    (fields.recipients ?? [])
      .filter(({ recipType }) => (recipType ?? "to") === kind)
      .map(({ name, smtpAddress, email }) => addressText(name, smtpAddress || email))
      .join(", ");
  const sender = addressText(
    fields.senderName,
    fields.senderSmtpAddress || fields.creatorSMTPAddress || fields.senderEmail,
  );
  const headers = [
    ["From", sender],
    ["To", recipients("to")],
    ["Cc", recipients("cc")],
    ["Bcc", recipients("bcc")],
    [
      "Date",
      /^date:\s*(.+)$/im.exec(fields.headers ?? "")?.[1]?.trim() ??
        fields.clientSubmitTime ??
        fields.messageDeliveryTime ??
        "",
    ],
  ] as const;
  return headers.filter(([, value]) => value !== "");
}

function htmlOf(fields: FieldsData): string | null {
  const html = fields.bodyHtml ?? (fields.html ? decodeByCodePage(fields.html, fields.internetCodepage) : "");
  return html.trim() === "" ? null : html;
}

/** Windows numbers of encodings that mails are written in; any other is taken for UTF-8. */
function decodeByCodePage(bytes: Uint8Array, codePage: number | undefined): string {
  const known: Readonly<Record<number, string>> = {
    28591: "iso-8859-1",
    28605: "iso-8859-15",
    932: "shift_jis",
    936: "gbk",
  };
  const isWindows = codePage !== undefined && codePage >= 1250 && codePage <= 1258;
  const label = isWindows ? `windows-${codePage}` : (known[codePage ?? 0] ?? "utf-8");
  return decodeAs(label, bytes);
}
