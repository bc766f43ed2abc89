import pino from "pino";

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

/** JSON lines: `{level, time, service, msg, …}`. */
export function createLogger(service: string, level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths, censor: "[redacted]" },
    serializers: { err: pino.stdSerializers.errWithCause },
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
