import pino from "pino";
import { redacted, redactSecrets } from "./redaction.ts";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The same logger with fields on every line. */
  child(fields: object): Logger;
}

/** Never written, wherever they stand up to three levels deep: secrets, tokens, and text of people or documents. */
export const redactedFields = [
  "password",
  "password_hash",
  "authorization",
  "cookie",
  "set-cookie",
  "token",
  "secret",
  "api_key",
  "apiKey",
  "key",
  "secretAccessKey",
  "x-internal-secret",
  "x-aurora-context",
  "query",
  "question",
  "answer",
  "text",
  "messages",
  "prompt",
  "url", // presigned signatures and link tokens travel in URLs
] as const;

const paths = redactedFields.flatMap((field) => {
  const quoted = `["${field}"]`;
  return [quoted, `*${quoted}`, `*.*${quoted}`];
});

/** What tells errors apart without quoting what they were given: fields of Node, of PostgreSQL and of AppError. */
const errorFieldNames = [
  "code",
  "errno",
  "syscall",
  "address",
  "port",
  "severity",
  "schema",
  "table",
  "column",
  "constraint",
];

/** An error with its causes. Of its own fields only those above: libraries hang whole requests on their errors. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const own = error as Error & Record<string, unknown>;
  const known = errorFieldNames.flatMap((name) => {
    const value = own[name];
    return typeof value === "string" || typeof value === "number" ? [[name, value] as const] : [];
  });
  const { cause, message, stack } = error;
  const inner = error instanceof AggregateError ? error.errors.slice(0, 5).map(errorFields) : null;
  return {
    type: error.name,
    message: unquoted(message),
    stack: stack === undefined ? undefined : unquoted(stack),
    ...Object.fromEntries(known),
    ...(cause instanceof Error && { cause: errorFields(cause) }),
    ...(inner && { errors: inner }),
  };
}

/** Errors under any name: as plain objects they would be written with all that hangs on them. */
const withoutForeignFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, errorFields(value)]));

/** JSON.parse quotes the text it could not read. */
const unquoted = (text: string): string =>
  text.replace(/, (?:\.{3})?"[\s\S]*"(?:\.{3})? is not valid JSON/, " is not valid JSON");

/** JSON lines: `{level, time, service, msg, …}`. */
export function createLogger(service: string, level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutForeignFields },
    redact: { paths, censor: redacted },
    serializers: { err: errorFields },
    hooks: { streamWrite: redactSecrets },
  };
  return destination ? pino(options, destination) : pino(options);
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
