import { expect, it } from "vitest";
import { createLogger, redactedFields } from "./logger.ts";

function capture(fields: object): string {
  const lines: string[] = [];
  createLogger("api", "info", { write: (line) => void lines.push(line) }).info(fields, "hello");
  return lines.join("");
}

it.each(redactedFields)("never writes the field %s, on the line or inside an object of it", (field) => {
  const line = capture({ [field]: "planted-1", request: { [field]: "planted-2", headers: { [field]: "planted-3" } } });
  expect(line).not.toContain("planted");
  expect(line).toContain("[redacted]");
});

it("keeps what helps: service, level, message and other fields", () => {
  expect(JSON.parse(capture({ request_id: "r1" }))).toMatchObject({
    service: "api",
    level: "info",
    msg: "hello",
    request_id: "r1",
  });
});

it("writes an error with its cause", () => {
  expect(capture({ err: new Error("outer", { cause: new Error("inner") }) })).toMatch(/outer[\s\S]*inner/);
});
