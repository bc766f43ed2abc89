import { expect, it } from "vitest";
import { presentLogLine } from "./log-lines.ts";

it("shows service, time, message and fields of one of our lines", () => {
  const line = JSON.stringify({ level: "warn", time: "2026-11-23T10:20:30.000Z", service: "api", msg: "slow", ms: 12 });
  expect(presentLogLine("api", line)).toBe("api      10:20:30 WARN slow ms=12");
});

it("leaves a line of another program whole", () => {
  expect(presentLogLine("ui", "▲ Next.js")).toBe("ui       ▲ Next.js");
});

it("lets no control character of a stranger reach the terminal, written raw or as JSON", () => {
  const hostile = "\u001b[2J\u202etxt";
  expect(presentLogLine("ui", hostile)).toBe("ui       \\u001b[2J\\u202etxt");
  expect(presentLogLine("api", JSON.stringify({ msg: hostile, route: "\u0007" }))).not.toMatch(
    /[\p{Cc}\p{Bidi_Control}]/u,
  );
});
