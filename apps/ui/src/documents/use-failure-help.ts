"use client";
import type { JobFailure } from "@aurora/contracts";
import { useTranslations } from "next-intl";

const helped = [
  "document_empty",
  "document_no_pages",
  "document_corrupt",
  "document_type_mismatch",
  "document_type_unsupported",
  "document_no_text",
  "document_too_complex",
  "conversion_timeout",
  "conversion_out_of_memory",
  "document_password_wrong",
  "document_infected",
  "document_quarantined",
] as const;
type Helped = (typeof helped)[number];
/** Their sentence already says what to do. */
const complete: readonly string[] = ["document_encrypted", "document_encoding_invalid"];
const isHelped = (code: string): code is Helped => helped.some((one) => one === code);

/** Why a document could not be read, and what its owner can do about it. */
export function useFailureHelp(): (failure: JobFailure) => { reason: string; help: string } {
  const errors = useTranslations("errors");
  const t = useTranslations("documents");
  return ({ code, params }) => {
    const values = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, typeof value === "number" ? value : String(value ?? "")]),
    );
    return {
      reason: errors(code, values),
      help: complete.includes(code) ? "" : t(`failureHelp.${isHelped(code) ? code : "other"}`),
    };
  };
}
