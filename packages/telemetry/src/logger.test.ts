import pino from "pino";
import { describe, expect, it } from "vitest";
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

it("writes nothing of the answer that undici hangs on its parser's error, under whatever name it is logged", () => {
  const parser = Object.assign(new Error("Response does not match the HTTP/1.1 protocol"), {
    name: "HTTPParserError",
    code: "HPE_INVALID_CONSTANT",
    data: "planted: the body of an answer",
  });
  for (const fields of [
    { err: parser },
    { error: parser },
    { cause: new TypeError("fetch failed", { cause: parser }) },
    { err: new AggregateError([parser]) },
  ]) {
    const line = capture(fields);
    expect(line).not.toContain("planted");
    expect(line).toContain("HPE_INVALID_CONSTANT");
  }
});

it("writes an error with its cause, and the codes that tell errors apart", () => {
  const inner = Object.assign(new Error("inner"), { code: "23505", constraint: "users_key" });
  const line = JSON.parse(capture({ err: new Error("outer", { cause: inner }) }));
  expect(line.err).toMatchObject({ type: "Error", message: "outer", cause: { message: "inner", code: "23505" } });
  expect(line.err.stack).toContain("logger.test.ts");
});

describe("a planted prompt and planted keys, in what libraries hang on their errors", () => {
  const prompt = "zorglubmot";
  const keys = [
    "nxv_0123456789abcdefABCDEF",
    "nxk_0123456789abcdefABCDEF",
    "sk-proj-0123456789abcdef",
    "sk-ant-api03-0123456789abcdef",
    "Bearer abcdefghijkl.0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlMTIz",
  ];
  const parseFailure = (): unknown => {
    try {
      return JSON.parse(prompt);
    } catch (error) {
      return error;
    }
  };
  const planted = (key: string) => ({
    err: Object.assign(new Error(`refused ${key}`, { cause: parseFailure() }), {
      request: { body: prompt, options: { auth: key } },
      response: prompt,
    }),
    note: `called with ${key}`,
    upstream: { deep: { deeper: { note: key } } },
  });

  it.each(keys)("%s is in no line", (key) => {
    const line = capture(planted(key));
    expect(line).toContain("refused");
    expect(line).not.toContain(key);
    expect(line).not.toContain(prompt);
  });

  it("would be there without the redaction: the check above can fail", () => {
    const lines: string[] = [];
    pino({}, { write: (line: string) => void lines.push(line) }).info(planted(keys[0] ?? ""), "hello");
    expect(lines.join("")).toContain(keys[0]);
    expect(lines.join("")).toContain(prompt);
  });

  it("takes the password out of a URL and leaves the rest", () => {
    const line = capture({ note: "cannot reach http://proxy:hunter2@10.0.0.1:3128/x and postgres://u:p4ss@h/db" });
    expect(line).toContain("http://proxy:[redacted]@10.0.0.1:3128/x");
    expect(line).not.toMatch(/hunter2|p4ss/);
  });

  it("leaves ordinary words, ids and hashes alone", () => {
    const note = "task-force risk-assessment-2024 nxk_ 01890a5d-ac96-774b-bcce-b302099a8057 Bearer x sk-";
    expect(JSON.parse(capture({ note })).note).toBe(note);
  });
});
