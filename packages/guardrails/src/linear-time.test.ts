import { piiKinds } from "@aurora/contracts";
import { describe, expect, it } from "vitest";
import { compileDenyList } from "./deny.ts";
import { foldInPlace } from "./fold.ts";
import { createPiiDetector } from "./pii/index.ts";
import { createPlaceholders } from "./placeholders.ts";
import { createTextChannel } from "./text-channel.ts";
import { changeTexts } from "./walk.ts";

const cpuMs = (run: () => unknown): number => {
  const start = process.cpuUsage();
  run();
  const { system, user } = process.cpuUsage(start);
  return (system + user) / 1_000;
};
/** Twice the text takes less than three times as long. What is done in some milliseconds is too short to be compared. */
function expectLinear(run: (chars: number) => unknown): void {
  run(200); // compiled before it is measured
  expect(cpuMs(() => run(12_000))).toBeLessThan(1_000);
  const ratios: number[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    const [once, twice] = [cpuMs(() => run(24_000)), cpuMs(() => run(48_000))];
    if (twice < 50) return;
    ratios.push(twice / once);
  }
  expect(Math.min(...ratios)).toBeLessThan(3); // the least: other processes make any of them longer
}

/** What the patterns of this package read, so arranged that none of them comes to its end. */
const pieces = [
  ...[
    "1",
    "0",
    "00",
    "1 ",
    "4-",
    "00 ",
    "+1",
    "+1(2)",
    "(",
    "+33 (0)",
    `+${"1".repeat(33)} `,
    "06 12 34 56 7",
    "212-555-",
  ],
  ...[
    "020 7946 ",
    "1\u00a0",
    " .-",
    "a",
    "A",
    "a.",
    "a-",
    "@",
    "@a-a",
    "a@a.a.",
    "é’",
    "M. ",
    "M. A-a’a",
    "M. A de A d'A",
  ],
  ...["FR14 2", "DE8", "😀1", "A\u0301", "⟦A", "⟦A_1", "⟦A.", "data:a/b;base64,", "\n"],
];

describe.each(pieces)("%j over and over", (piece) => {
  const text = (chars: number) => `M. A${piece.repeat(chars / piece.length)}é`;
  const detect = createPiiDetector(piiKinds, ["Jean  Dupont", "a a a a"]);
  const denied = compileDenyList([
    ...(["a a a a", "1 1 1 1", "é’"] as const).map((pattern) => ({ kind: "word" as const, pattern })),
    ...(["a*b?", "?1*2", "*.a*z"] as const).map((pattern) => ({ kind: "wildcard" as const, pattern })),
    { kind: "regex", pattern: "(a|aa)+b|(\\d+ )+x" },
  ]);
  const known = createPlaceholders(["⟦A_1⟧"]);
  known.mask("x", [{ start: 0, end: 1, kind: "TERM", identity: "x" }]);
  it.each<[string, (chars: number) => unknown]>([
    ["personal data", (chars) => detect(text(chars))],
    ["denied terms", (chars) => denied.find(text(chars / 4))],
    ["folding", (chars) => foldInPlace(text(chars))],
    ["placeholders", (chars) => [createPlaceholders([text(chars)]), known.restore(text(chars))]],
    [
      "files",
      (chars) => changeTexts({ url: `data:a/b;base64,${text(chars)}`, audio: { data: text(chars) } }, (x) => x),
    ],
  ])("takes linear time: %s", (_, run) => expectLinear(run));
});

it("finds a free series among as many as the text has", () => {
  const name = (number: number): string =>
    number <= 0 ? "" : name(Math.floor((number - 1) / 26)) + String.fromCharCode(65 + ((number - 1) % 26));
  const taken = (count: number) =>
    `⟦A_1 ${Array.from({ length: count }, (_, index) => `⟦${name(index + 1)}.`).join("")}`;
  const masked = createPlaceholders([taken(703)]).mask("x", [{ start: 0, end: 1, kind: "TERM", identity: "x" }]);
  expect(masked).toBe("⟦AAB.TERM_1⟧");
  expect(cpuMs(() => createPlaceholders([taken(20_000)]))).toBeLessThan(300);
});

describe("an expression that reads the same text at each of its matches", () => {
  const terms = [{ kind: "regex" as const, pattern: "x(.*z)?" }];
  it("is broken off, and fails closed", () => {
    const { find } = compileDenyList(terms);
    expect(find("xx xz")).toHaveLength(1);
    expect(() => find("x".repeat(20_000), performance.now() + 50)).toThrow("too long");
  });
});

it("searches a growing match of a stream a few times, not at every piece", () => {
  let searchedChars = 0;
  const list = compileDenyList([{ kind: "wildcard", pattern: "a*" }]);
  const find = (text: string) => {
    searchedChars += text.length;
    return list.find(text);
  };
  const stream = createTextChannel(createPlaceholders([]), {
    list: { ...list, find },
    mode: "mask",
    onFound: () => {},
  });
  let shown = "";
  for (let at = 0; at < 10_000; at++) shown += stream.push("aaaa");
  expect(shown).toBe("");
  expect(stream.push(" end.") + stream.end()).toBe("█████ end.");
  expect(searchedChars).toBeLessThan(400_000);
});
