import { STATUS_CODES } from "node:http";
import { type ErrorCode, type ErrorParams, errorStatus, type FieldError, type Problem } from "@aurora/contracts";
import { catalogues, formatMessage, type Locale } from "@aurora/i18n";
import { AppError } from "@aurora/kernel";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

/** What a sentence shows where a failure came without the parameter. Words inside its branches are named too, to no effect. */
const unsaid = (sentence: string): ErrorParams =>
  Object.fromEntries(
    [...sentence.matchAll(/\{(\w+)(?:,\s*(plural|select))?/g)].map(([, name = "", kind]) => [
      name,
      kind === "plural" ? 1 : kind === "select" ? "other" : "?",
    ]),
  );

/** The sentence of an error code. Codes thrown without a parameter their sentence shows still make a sentence. */
export const errorText = (locale: Locale, code: ErrorCode, params: ErrorParams): string =>
  formatMessage(locale, `errors.${code}`, { ...unsaid(catalogues[locale].errors[code]), ...params });

/** A failure as the caller may see it: everything else about it stays in the log. */
export interface PublicError {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly errors: readonly FieldError[];
  /** False for a bug: logged with its cause and stack. */
  readonly isExpected: boolean;
}

const plain = (code: ErrorCode, params: ErrorParams = {}, errors: readonly FieldError[] = []): PublicError => ({
  code,
  params,
  errors,
  isExpected: true,
});

/** Fastify's own refusals, made before a handler runs. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "payload_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid_input",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid_input",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid_input",
  FST_ERR_BAD_URL: "not_found",
  FST_ERR_MAX_PARAM_LENGTH: "not_found",
  FST_REQ_FILE_TOO_LARGE: "payload_too_large",
  FST_FILES_LIMIT: "invalid_input",
  FST_FIELDS_LIMIT: "invalid_input",
  FST_PARTS_LIMIT: "invalid_input",
  FST_INVALID_MULTIPART_CONTENT_TYPE: "unsupported_media_type",
};

export function toPublicError(error: unknown): PublicError {
  if (AppError.is(error))
    return { ...plain(error.code, error.params, error.errors), isExpected: error.code !== "internal" };
  if (hasZodFastifySchemaValidationErrors(error)) return ofValidation(error);
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const known = frameworkCodes[code];
  if (known) return plain(known, {}, code.includes("JSON") ? [{ pointer: "", code: "invalid_json" }] : []);
  const isBadJson = error instanceof SyntaxError && "statusCode" in error && error.statusCode === 400;
  if (isBadJson) return plain("invalid_input", {}, [{ pointer: "", code: "invalid_json" }]);
  return { ...plain("internal"), isExpected: false };
}

interface ValidationError {
  readonly validation: readonly {
    readonly keyword: string;
    readonly instancePath: string;
    readonly message?: string | undefined;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
  readonly validationContext?: string | undefined;
}

/** Unknown fields are named; a path that no resource can have is a resource that is not there. */
function ofValidation(error: ValidationError): PublicError {
  if (error.validationContext === "params") return plain("not_found");
  const isQuery = error.validationContext === "querystring";
  const errors: FieldError[] = [];
  for (const issue of error.validation) {
    const at = issue.instancePath === "/" ? "" : issue.instancePath;
    const pointer = (path: string) => (isQuery ? `?${path.slice(1)}` : path);
    const { keys } = issue.params;
    if (issue.keyword === "unrecognized_keys" && Array.isArray(keys))
      for (const key of keys)
        errors.push({ pointer: pointer(`${at}/${escapePointer(String(key))}`), code: "unknown_field" });
    // A refinement of ours carries its own code as the message.
    else
      errors.push({
        pointer: pointer(at),
        code: issue.keyword === "custom" ? (issue.message ?? "custom") : issue.keyword,
      });
  }
  const unknown = errors.find((fault) => fault.code === "unknown_field");
  if (unknown) return plain("unknown_field", { field: unknown.pointer.slice(1) }, errors);
  return plain("invalid_input", {}, errors);
}

/** RFC 6901 §3. The name is the caller's own: cut, so that an answer does not grow with it. */
const escapePointer = (key: string): string => key.slice(0, 100).replaceAll("~", "~0").replaceAll("/", "~1");

/** RFC 9457. */
export function toProblem(error: PublicError, locale: Locale, requestId: string): Problem {
  const status = errorStatus[error.code];
  return {
    type: `urn:aurora-nexus:problem:${error.code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    detail: errorText(locale, error.code, error.params),
    code: error.code,
    params: error.params,
    errors: [...error.errors],
    request_id: requestId,
  };
}
