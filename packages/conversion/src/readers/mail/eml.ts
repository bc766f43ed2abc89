import { AppError } from "@aurora/kernel";
import PostalMime, { type Address, type Attachment, decodeWords, type Email } from "postal-mime";
import { decodeText, decodeWindows1252 } from "../../decode-text.ts";
import { addressText, type MailAttachment, type MailMessage } from "./message.ts";

const labels = ["From", "To", "Cc", "Bcc", "Date"] as const;
const knownHeaders = new Set(
  "from to cc bcc subject date sender reply-to received return-path message-id mime-version content-type".split(" "),
);
const maxParts = 100; // nested inside each other
const maxSiblings = 2_000; // more than are ever read (`nestingLimits`), and no mail has them
const maxHeaderBytes = 8 * 1_048_576; // of all parts together

/** An RFC 5322 message. A file in UTF-16, as some programs save them, is made UTF-8 first. */
export async function readEml(bytes: Uint8Array): Promise<MailMessage> {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const whole = isUtf16 ? Buffer.from(decodeText(bytes), "utf8") : bytes;
  const { source, surplus } = withoutSurplus(Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength));
  const email = await PostalMime.parse(source, {
    forceRfc822Attachments: true, // a forwarded message is a document of its own
    maxNestingDepth: maxParts,
    maxHeadersSize: maxHeaderBytes,
  }).catch((cause: unknown) => {
    throw new AppError("document_corrupt", "The message is damaged or nested too deep.", { cause });
  });
  if (!email.headers.some(({ key }) => knownHeaders.has(key)))
    return { subject: null, headers: [], html: null, text: decodeText(bytes), attachments: [], surplus: 0 }; // a text, whatever its name
  const headers = labels.flatMap((label) => {
    const value = headerText(email, label);
    return value === "" ? [] : [[label, value] as const];
  });
  return {
    subject: email.subject?.trim() || null,
    headers,
    html: email.html?.trim() ? withoutControls(email.html) : null,
    text: email.text?.trim() ? withoutControls(email.text) : null,
    attachments: email.attachments.map(attachmentOf),
    surplus,
  };
}

/**
 * Parts beside each other past the limit are cut out before anything is made of them. Which lines part them is seen
 * without reading the message: those between two parts are the same (RFC 2046, 5.1.1).
 */
function withoutSurplus(source: Buffer): { readonly source: Buffer; readonly surplus: number } {
  const lines = new Map<string, { count: number; cutAt: number }>();
  for (let at = source.indexOf("\n--"); at >= 0; at = source.indexOf("\n--", at + 1)) {
    // a part without a header costs nothing and may be the text
    const line = /^(--[^\r\n]{1,70})\r?\n[^\r\n]/.exec(source.toString("latin1", at + 1, at + 80))?.[1]?.trimEnd();
    if (line === undefined) continue;
    const seen = lines.get(line) ?? { count: 0, cutAt: 0 };
    if (seen.count === maxSiblings) seen.cutAt = at + 1;
    seen.count++;
    lines.set(line, seen);
  }
  const [most] = [...lines]
    .filter(([line, { count }]) => count > maxSiblings && isBoundary(source, line))
    .sort(([, a], [, b]) => b.count - a.count);
  if (!most) return { source, surplus: 0 };
  const [line, { count, cutAt }] = most;
  const end = source.indexOf(`\n${line}--`, cutAt);
  const rest = end < 0 ? Buffer.from(`${line}--\r\n`) : source.subarray(end + 1);
  return { source: Buffer.concat([source.subarray(0, cutAt), rest]), surplus: count - maxSiblings };
}

const isBoundary = (source: Buffer, line: string): boolean =>
  [`boundary=${line.slice(2)}`, `boundary="${line.slice(2)}"`].some((told) => source.includes(told, 0, "latin1"));

/**
 * Node before 24 decodes Windows-1252 as Latin-1 where it is given all at once: its “€” and quotes come out as controls,
 * which no mail holds otherwise.
 */
const withoutControls = (text: string): string =>
  text.replace(/[\x80-\x9f]+/g, (controls) => decodeWindows1252(Buffer.from(controls, "latin1")));

function headerText(email: Email, label: (typeof labels)[number]): string {
  const listed: Readonly<Record<string, readonly Address[]>> = {
    From: email.from ? [email.from] : [],
    To: email.to ?? [],
    Cc: email.cc ?? [],
    Bcc: email.bcc ?? [],
  };
  const addresses = listed[label];
  if (addresses && addresses.length > 0) return addresses.map(addressOf).join(", ");
  const raw = email.headers.find((header) => header.key === label.toLowerCase())?.value ?? "";
  return decodeWords(raw).replace(/\s+/g, " ").trim();
}

const addressOf = (address: Address): string =>
  address.group
    ? `${address.name}: ${address.group.map((member) => addressText(member.name, member.address)).join(", ")};`
    : addressText(address.name, address.address);

function attachmentOf(attachment: Attachment, index: number): MailAttachment {
  const { content } = attachment;
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : new Uint8Array(content);
  return {
    filename: attachment.filename?.trim() || unnamed(attachment.mimeType, index),
    bytes,
    isInline:
      attachment.related === true || (attachment.disposition === "inline" && attachment.contentId !== undefined),
  };
}

/** A name that tells the kind, for a part that has none. */
function unnamed(mimeType: string, index: number): string {
  const [kind = "", subtype = ""] = mimeType.split("/");
  const extensions: Readonly<Record<string, string>> = { rfc822: "eml", plain: "txt", markdown: "md" };
  const extension = extensions[subtype] ?? (/^[a-z0-9]{1,5}$/.test(subtype) ? subtype : "");
  const name = `${kind === "message" ? "message" : "attachment"}-${index + 1}`;
  return extension === "" ? name : `${name}.${extension}`;
}
