import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { allowsModel, assertKeyEgress, assertModelAllowed, refuseAuroraField } from "./key-scope.ts";

const codeOf = (work: () => void): string => {
  try {
    work();
    return "allowed";
  } catch (error) {
    return AppError.is(error) ? error.code : String(error);
  }
};
const route = (providerName: string, model: string) => ({ providerName, model });

describe("the models of a key", () => {
  it.each([
    [null, "anything", true],
    [["fast"], "fast", true],
    [["fast"], "faster", false],
    [["fast"], "Fast", false],
    [["openai/*"], "openai/gpt-4o", true],
    [["openai/*"], "openai-eu/gpt-4o", false],
    [["openai/gpt-4o*"], "openai/gpt-4o-mini", true],
    [["openai/gpt-4o"], "openai/gpt-4o-mini", false],
    [["*"], "openai/gpt-4o", true],
    [["a.c"], "abc", false],
  ] as const)("%j and %s: %s", (allowedModels, name, expected) =>
    expect(allowsModel({ allowedModels }, name)).toBe(expected),
  );

  it("are judged by the name asked for or by where it leads, and by nothing else", () => {
    const caller = { allowedModels: ["fast", "openai/*"] };
    expect(codeOf(() => assertModelAllowed(caller, "fast", route("groq", "llama")))).toBe("allowed");
    expect(codeOf(() => assertModelAllowed(caller, "gpt-4o", route("openai", "gpt-4o")))).toBe("allowed");
    expect(codeOf(() => assertModelAllowed(caller, "best", route("groq", "llama")))).toBe("model_not_allowed");
    expect(codeOf(() => assertModelAllowed(caller, "aurora/extractive", null))).toBe("model_not_allowed");
  });
});

describe("what a key sends", () => {
  const to = (location: "local" | "external", id: string) => ({ location, providerName: "p", target: { id } });
  const open = { egress: "approved", approvedProviderIds: ["p1"], sourceApp: null } as const;
  it("leaves for a provider it names, and for no other", () => {
    expect(codeOf(() => assertKeyEgress(open, to("external", "p1")))).toBe("allowed");
    expect(codeOf(() => assertKeyEgress(open, to("external", "p2")))).toBe("egress_refused");
    expect(codeOf(() => assertKeyEgress(open, to("local", "p2")))).toBe("allowed");
  });
  it("stays inside when the key is local, whatever it names", () =>
    expect(codeOf(() => assertKeyEgress({ ...open, egress: "local_only" }, to("external", "p1")))).toBe(
      "egress_refused",
    ));
  it("holds no aurora field, not even an empty one", () => {
    expect(codeOf(() => refuseAuroraField({ model: "m", aurora: undefined }))).toBe("invalid_input");
    expect(codeOf(() => refuseAuroraField({ model: "m" }))).toBe("allowed");
  });
});
