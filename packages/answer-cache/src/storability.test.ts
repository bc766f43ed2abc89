import { describe, expect, it } from "vitest";
import { type FinishedCall, whyNotStored } from "./storability.ts";

const choice = { finishReason: "stop", content: "Oui. [1]", hasToolCalls: false, hasRefusal: false };
const good: FinishedCall = {
  status: 200,
  isComplete: true,
  hadErrorEvent: false,
  request: {
    temperature: 0,
    n: null,
    noStore: false,
    isDeterministic: false,
    storeAnyTemperature: false,
    storeToolCalls: false,
  },
  choices: [choice],
};
const asked = (request: Partial<FinishedCall["request"]>): FinishedCall => ({
  ...good,
  request: { ...good.request, ...request },
});

describe("whyNotStored", () => {
  it.each([
    ["a complete answer at temperature 0", good],
    ["a deterministic engine whatever the temperature", asked({ temperature: null, isDeterministic: true })],
    ["n = 1 written out", asked({ n: 1 })],
    ["any temperature where the policy says so", asked({ temperature: 0.7, storeAnyTemperature: true })],
    [
      "tool calls where the policy says so",
      {
        ...asked({ storeToolCalls: true }),
        choices: [{ ...choice, content: null, hasToolCalls: true, finishReason: "tool_calls" }],
      },
    ],
  ])("keeps %s", (_name, call) => expect(whyNotStored(call)).toBeNull());

  it.each([
    ["no_store", asked({ noStore: true })],
    ["status", { ...good, status: 429 }],
    ["status", { ...good, status: 400 }],
    ["incomplete", { ...good, isComplete: false }],
    ["error_event", { ...good, hadErrorEvent: true }],
    ["temperature", asked({ temperature: 0.1 })],
    ["temperature", asked({ temperature: null })],
    ["several_choices", asked({ n: 2 })],
    ["several_choices", { ...good, choices: [choice, choice] }],
    ["finish_reason", { ...good, choices: [{ ...choice, finishReason: "length" }] }],
    ["finish_reason", { ...good, choices: [{ ...choice, finishReason: "content_filter" }] }],
    ["finish_reason", { ...good, choices: [{ ...choice, finishReason: null }] }],
    ["tool_calls", { ...good, choices: [{ ...choice, finishReason: "tool_calls", hasToolCalls: true }] }],
    ["refusal", { ...good, choices: [{ ...choice, hasRefusal: true }] }],
    ["empty", { ...good, choices: [{ ...choice, content: " \n" }] }],
    ["empty", { ...good, choices: [] }],
  ] as const)("never keeps %s (%#)", (reason, call) => expect(whyNotStored(call)).toBe(reason));
});
