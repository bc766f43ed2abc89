import type { SourceFile } from "../../port.ts";

/** A mail as both formats give it. Addresses as people read them: `Name <address>`, several with commas between. */
export interface MailMessage {
  readonly subject: string | null;
  /** Label and value of each header shown, in order. */
  readonly headers: readonly (readonly [label: "From" | "To" | "Cc" | "Bcc" | "Date", value: string])[];
  readonly html: string | null;
  readonly text: string | null;
  readonly attachments: readonly MailAttachment[];
  /** How many more it has than were looked at. */
  readonly surplus: number;
}

export interface MailAttachment extends SourceFile {
  /** Shown inside the text (a logo, a pasted picture), not listed by mail programs. */
  readonly isInline: boolean;
}

export const addressText = (name: string | undefined, address: string | undefined): string => {
  const shown = name?.trim() ?? "";
  const reached = address?.trim() ?? "";
  if (shown === "" || shown === reached) return reached;
  return reached === "" ? shown : `${shown} <${reached}>`;
};
