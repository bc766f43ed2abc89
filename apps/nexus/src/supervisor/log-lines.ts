import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const hidden = new Set(["level", "time", "service", "msg", "pid", "hostname"]);

/** A log may quote what strangers typed: no control character of theirs reaches the operator's terminal. */
const controls = /[\p{Cc}\p{Bidi_Control}]/gu;
const escapeControls = (text: string) =>
  text.replace(controls, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** One line of a service as people read it: the service, the time, the message, then the fields. Lines that are not ours stay whole. */
export function presentLogLine(service: string, line: string): string {
  return escapeControls(present(service, line));
}

function present(service: string, line: string): string {
  const prefix = service.padEnd(8);
  if (!line.startsWith("{")) return `${prefix} ${line}`;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    const time = typeof entry.time === "string" ? entry.time.slice(11, 19) : "";
    const level = typeof entry.level === "string" && entry.level !== "info" ? `${entry.level.toUpperCase()} ` : "";
    const fields = Object.entries(entry)
      .filter(([name, value]) => !hidden.has(name) && value !== undefined && value !== null)
      .map(([name, value]) => `${name}=${presentField(name, value)}`);
    return [`${prefix} ${time}`, `${level}${String(entry.msg ?? "")}`, ...fields].join(" ");
  } catch {
    return `${prefix} ${line}`;
  }
}

function presentField(name: string, value: unknown): string {
  if (name === "err" && typeof value === "object" && value !== null && "stack" in value)
    return `\n${String(value.stack)}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function forwardLines(service: string, stream: Readable, write: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    if (line.trim() !== "") write(presentLogLine(service, line));
  });
}
