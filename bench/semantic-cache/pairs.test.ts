import { decide, readForCache } from "@aurora/answer-cache";
import { describe, expect, it } from "vitest";
import { ownPairs } from "./pairs.ts";

const leastPairs = 400;
const leastRecall = 0.25;

// What similarity would say is left out: the rules alone have to reject.
const isHit = ({ a, b, lang }: { a: string; b: string; lang: string }) =>
  decide(readForCache(a, lang), readForCache(b, lang), 1, 0).hit;

describe.each(["fr", "en"])("our own pairs (%s)", (lang) => {
  const pairs = ownPairs().filter((pair) => pair.lang === lang);

  it("has no false hit among the near misses", { timeout: 60_000 }, () => {
    const near = pairs.filter(({ same }) => !same);
    expect(near.length).toBeGreaterThan(leastPairs);
    expect(near.filter(isHit)).toEqual([]);
  });

  it("finds at least a quarter of the paraphrases", { timeout: 60_000 }, () => {
    const same = pairs.filter((pair) => pair.same);
    expect(same.filter(isHit).length / same.length).toBeGreaterThan(leastRecall);
  });
});
