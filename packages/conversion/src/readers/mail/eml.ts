import { AppError } from "@aurora/kernel";
import PostalMime, { type Address, type Attachment, decodeWords, type Email } from "postal-mime";
import { decodeText, decodeWindows1252 } from "../../decode-text.ts";
import { addressText, type MailAttachment, type MailMessage } from "./message.ts";

const labels = ["From", "To", "Cc", "Bcc", "Date"] as const;
const knownHeaders = new Set(
  "from to cc bcc subject date sender reply-to received return-path message-id mime-version content-type".split(" "),
);
const maxParts = 100; // nested inside each other

/** An RFC 5322 message. A file in UTF-16, as some programs save them, is made UTF-8 first. */
export async function readEml(bytes: Uint8Array): Promise<MailMessage> {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const source = isUtf16 ? Buffer.from(decodeText(bytes), "utf8") : bytes;
  const email = await PostalMime.parse(source, {
    forceRfc822Attachments: true, // a forwarded message is a document of its own
    maxNestingDepth: maxParts,
  }).catch((cause: unknown) => {
    throw new AppError("document_corrupt", "The message is damaged or nested too deep.", { cause });
  });
  if (!email.headers.some(({ key }) => knownHeaders.has(key)))
    return { subject: null, headers: [], html: null, text: decodeText(bytes), attachments: [] }; // a text, whatever its name
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
  };
}

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
