import { describe, expect, it } from "vitest";
import { assertBounded } from "./body-bounds.ts";

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n += 1) value = [value];
  return value;
}
const fault = (body: unknown): unknown => {
  try {
    assertBounded(body);
    return null;
  } catch (error) {
    return (error as { errors?: unknown }).errors;
  }
};

describe("assertBounded", () => {
  it.each([
    ["a usual request", { model: "m", messages: [{ role: "user", content: [{ type: "text", text: "x" }] }] }],
    ["texts", { model: "m", input: ["a", "b"] }],
    ["tokens", { model: "m", input: [[1, 2], [3]] }],
    ["a schema as deep as people write them", { model: "m", messages: [], tools: nested(40) }],
    ["no object at all, which the schema refuses", 3],
  ])("lets %s through", (_name, body) => expect(fault(body)).toBeNull());

  it.each([
    ["nesting", { metadata: nested(30_000) }, "", "too_deep"],
    ["messages that are none", { messages: [{}, 1] }, "/messages/1", "invalid_type"],
    ["too many messages", { messages: new Array(10_001).fill({}) }, "/messages", "too_long"],
    ["inputs of several kinds", { input: ["a", {}] }, "/input/1", "invalid_type"],
    ["a list without end", { documents: new Array(100_001).fill("a") }, "/documents", "too_long"],
  ])("refuses %s", (_name, body, pointer, code) => expect(fault(body)).toEqual([{ pointer, code }]));
});
