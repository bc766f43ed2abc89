import { describe, expect, it } from "vitest";
import { citedKeys, renumberMarkers } from "./answer-markers.ts";
import { answersAgree } from "./answers-agree.ts";
import { falseHitBound, recheckProbability } from "./error-bound.ts";
import { type SemanticCall, whyNotCompared } from "./semantic-eligibility.ts";

describe("falseHitBound", () => {
  it.each([
    [0, 0, 1],
    [59, 0, 0.0495],
    [149, 0, 0.0199],
    [99, 1, 0.0466],
    [90, 10, 0.1637],
    [0, 5, 1],
  ])("of %d agreed and %d not is %d", (agreed, disagreed, bound) => {
    expect(falseHitBound({ agreed, disagreed })).toBeCloseTo(bound, 3);
  });
});

describe("recheckProbability", () => {
  const rates = { maxErrorRate: 0.02, recheckRate: 0.03 };
  const none = { agreed: 0, disagreed: 0 };
  it("asks nearly always anew at first, and only samples once the bound holds", () => {
    expect(recheckProbability(none, none, rates)).toBeCloseTo(0.98);
    expect(recheckProbability(none, { agreed: 50, disagreed: 0 }, rates)).toBeCloseTo(1 - 0.02 / 0.0582, 2);
    expect(recheckProbability(none, { agreed: 150, disagreed: 0 }, rates)).toBe(0.03);
    expect(recheckProbability({ agreed: 150, disagreed: 0 }, none, rates)).toBe(0.03);
  });
  it("lets no tenant vouch for an entry that was wrong", () => {
    expect(recheckProbability({ agreed: 1, disagreed: 1 }, { agreed: 10_000, disagreed: 0 }, rates)).toBeGreaterThan(
      0.9,
    );
  });
  it("keeps the share of wrong answers within the limit, were each served one wrong at the bound", () => {
    for (let agreed = 0; agreed < 400; agreed += 7) {
      const bound = falseHitBound({ agreed, disagreed: 0 });
      const recheck = recheckProbability(none, { agreed, disagreed: 0 }, rates);
      expect((1 - recheck) * bound).toBeLessThanOrEqual(rates.maxErrorRate + 1e-9);
    }
  });
});

describe("answersAgree", () => {
  const answer = (text: string, ...cited: string[]) => ({ text, cited });
  it.each([
    ["equal but for case, blanks and markers", answer("Deux jours.  [1]"), answer("deux jours [2]"), true],
    ["the same facts in other words", answer("Le délai est de 30 jours.", "a"), answer("Comptez 30 jours.", "a"), true],
    ["another number", answer("Le délai est de 30 jours.", "a"), answer("Le délai est de 15 jours.", "a"), false],
    ["another name", answer("Le bureau est à Lyon.", "a"), answer("Le bureau est à Lille.", "a"), false],
    ["a negation", answer("C’est remboursé.", "a"), answer("Ce n’est pas remboursé.", "a"), false],
    ["other sources", answer("Voyez le guide.", "a"), answer("Consultez le manuel.", "b"), false],
    ["no sources at all", answer("Voyez le guide."), answer("Consultez le manuel."), false],
  ])("%s", (_name, a, b, agrees) => {
    expect(answersAgree(a, b)).toBe(agrees);
    expect(answersAgree(b, a)).toBe(agrees);
  });
});

describe("markers", () => {
  it("name evidence, ranges and lists too, and none that was not given", () => {
    expect(citedKeys("Un [2], deux [1, 3] et \\[9\\].", ["a", "b", "c"])).toEqual(["b", "a", "c"]);
    expect(citedKeys("[1–3]", ["a", "b", "c"])).toEqual(["a", "b", "c"]);
    expect(citedKeys("[4]", ["a", "b", "c"])).toBeNull();
  });
  it("follow their chunk to its new place", () => {
    expect(renumberMarkers("Un [1][2].", ["a", "b"], ["b", "x", "a"])).toBe("Un [3][1].");
    expect(renumberMarkers("Un [1–2].", ["a", "b"], ["a", "b", "c"])).toBe("Un [1–2].");
    expect(renumberMarkers("Un [1].", ["a"], ["b"])).toBeNull();
  });
});

describe("whyNotCompared", () => {
  const call: SemanticCall = {
    ...{ question: "Comment poser un congé ?", language: "fr", hasEvidence: true, temperature: 0, n: null },
    ...{ hasTools: false, hasMedia: false, earlierTurns: 0, asksForLogprobs: false, isDeterministic: false },
  };
  const strict = { storeAnyTemperature: false };
  it("lets a plain question over documents pass", () => expect(whyNotCompared(call, strict)).toBeNull());
  it.each([
    ["no_evidence", { hasEvidence: false }],
    ["language", { language: "de" }],
    ["too_long", { question: "x".repeat(601) }],
    ["temperature", { temperature: 0.2 }],
    ["temperature", { temperature: null }],
    ["several_choices", { n: 2 }],
    ["tools", { hasTools: true }],
    ["media", { hasMedia: true }],
    ["history", { earlierTurns: 1 }],
    ["logprobs", { asksForLogprobs: true }],
    ["relative_time", { question: "Qui est absent aujourd’hui ?" }],
    ["relative_time", { question: "Quel est le budget du mois prochain ?" }],
    ["relative_time", { question: "What changed last week?", language: "en" }],
    ["code", { question: "Que fait `f()` ; ```js\nf()\n``` ?" }],
  ] as const)("%s (%#)", (reason, values) => expect(whyNotCompared({ ...call, ...values }, strict)).toBe(reason));
  it("takes any temperature where the policy says so, or the engine has none", () => {
    expect(whyNotCompared({ ...call, temperature: 1 }, { storeAnyTemperature: true })).toBeNull();
    expect(whyNotCompared({ ...call, temperature: 1, isDeterministic: true }, strict)).toBeNull();
  });
});
