import { GuardSettings } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { createGuardChain } from "./chain.ts";
import { DenyPatternError } from "./deny.ts";
import { blot } from "./text-channel.ts";

type Input = Parameters<typeof GuardSettings.parse>[0];
const chainOf = (settings: Input) => createGuardChain(GuardSettings.parse(settings));
const text = (content: string, chain: ReturnType<typeof chainOf>) =>
  chain.request({ messages: [{ role: "user", content }] }, { location: "external", estimatedCostUsd: 0.01 });
const refusal = (run: () => unknown): object | undefined => {
  try {
    run();
  } catch (error) {
    return AppError.is(error) ? { code: error.code, status: error.status, ...error.params } : { error };
  }
  return undefined;
};

describe("deny lists", () => {
  const deny = (terms: readonly object[], more: object = {}) =>
    chainOf({ deny: { mode: "refuse", terms, ...more } } as Input);
  const isRefused = (pattern: string, content: string, kind = "word") =>
    refusal(() => text(content, deny([{ kind, pattern }]))) !== undefined;
  it.each([
    ["projet zénith", "word", "le Projet   ZENITH avance"],
    ["l'accord", "word", "c’est l’accord"],
    ["c++", "word", "du C++ ?"],
    ["naïve", "word", "(naive)"],
    ["proj*-20??", "wildcard", "voir Projet-2024."],
    ["*@concurrent.fr", "wildcard", "à jean@concurrent.fr,"],
    ["code ?", "wildcard", "le code x ici"],
    ["AC-\\d{4}", "regex", "dossier ac-1234b"],
    ["(?i)^urgent", "regex", "Urgent : lire"],
  ])("%j (%s) is found in %j", (pattern, kind, content) => expect(isRefused(pattern, content, kind)).toBe(true));
  it.each([
    ["art", "word", "la partie, article, art_1"],
    ["proj*-2024", "wildcard", "proj x-2024 projet-20245"],
    ["a?c", "wildcard", "ac, abbc, xabc"],
    ["AC-\\d{4}", "regex", "AC-123"],
  ])("%j (%s) is not in %j", (pattern, kind, content) => expect(isRefused(pattern, content, kind)).toBe(false));

  it("finds a wildcard twice in a row", () => {
    const guarded = text(
      "abc abd abe",
      chainOf({ deny: { mode: "mask", terms: [{ kind: "wildcard", pattern: "ab?" }] } }),
    );
    expect(guarded.body.messages[0]?.content).toBe("⟦TERM_1⟧ ⟦TERM_2⟧ ⟦TERM_3⟧");
  });

  it.each(["(", "a(?=b)", "(a)\\1", "x*", "^", ""])("refuses the expression %j when the chain is made", (pattern) => {
    expect(() =>
      createGuardChain({
        ...GuardSettings.parse({}),
        deny: {
          mode: "log",
          terms: [
            { kind: "word", pattern: "a" },
            { kind: "regex", pattern },
          ],
          applies_to: "both",
        },
      }),
    ).toThrow(expect.objectContaining({ name: "DenyPatternError", index: 1 }));
  });
  it("refuses a wildcard of nothing but wildcards", () => {
    expect(() => deny([{ kind: "wildcard", pattern: "*?*" }])).toThrow(DenyPatternError);
  });

  it.each([
    ["(a+)+$", "regex"],
    ["(a|aa)+b", "regex"],
    ["a*a*a*a*a*a*b", "wildcard"],
    ["(.*a){20}", "regex"],
  ])("%j (%s) takes time linear in the text", (pattern, kind) => {
    const chain = deny([{ kind, pattern }]);
    const start = process.cpuUsage();
    refusal(() => text(`${"a".repeat(20_000)}!`, chain));
    const { system, user } = process.cpuUsage(start);
    expect((system + user) / 1_000).toBeLessThan(3_000);
  });

  it("fails closed for a text expressions would take too long over", () => {
    const chain = deny([{ kind: "regex", pattern: "never" }]);
    expect(refusal(() => text("x ".repeat(600_000), chain))).toMatchObject({ code: "guard_refused", guard: "other" });
  });

  it("are looked for in the answer where they apply to it", () => {
    const chain = deny([{ pattern: "secret" }], { applies_to: "response" });
    const guarded = text("secret", chain);
    expect(guarded.isAnswerGuarded).toBe(true);
    expect(refusal(() => guarded.restoreJson({ content: "un secret" }))).toMatchObject({ guard: "deny" });
    expect(guarded.restoreJson({ content: "secrets" })).toEqual({ content: "secrets" });
    expect(guarded.findings()).toEqual([{ guard: "deny", kind: "TERM", action: "refuse", count: 1 }]);
  });

  it.each([1, 3, 7, 1_000])(
    "are blotted out of a streamed answer cut every %i characters, before they are shown",
    (size) => {
      const terms = [{ pattern: "mot secret" }, { kind: "wildcard", pattern: "AC-*" }];
      const chain = deny(terms, { mode: "mask", applies_to: "response" });
      const stream = text("x", chain).restoreStream();
      const answer = `${"Un long début. ".repeat(30)}Le Mot secret et AC-123 puis MOT SECRETS ${"fin ".repeat(90)}mot secret`;
      let shown = "";
      for (let at = 0; at < answer.length; at += size) {
        shown += stream.push(answer.slice(at, at + size));
        expect(shown).not.toMatch(/[Mm]ot secret|AC-1/);
      }
      shown += stream.end();
      expect(shown).toBe(
        `${"Un long début. ".repeat(30)}Le ${blot} et ${blot} puis MOT SECRETS ${"fin ".repeat(90)}${blot}`,
      );
    },
  );

  it("end a streamed answer where they refuse it, and count in one that is only watched", () => {
    const refusing = text("x", deny([{ pattern: "secret" }], { applies_to: "both" })).restoreStream();
    expect(
      refusal(() => {
        refusing.push(`un se`);
        refusing.push(`cret ${"x".repeat(100)}`);
      }),
    ).toMatchObject({ guard: "deny" });
    const watched = text("x", deny([{ pattern: "secret" }], { mode: "log", applies_to: "response" }));
    const stream = watched.restoreStream();
    expect([stream.push("se"), stream.push("cret"), stream.end()]).toEqual(["se", "cret", ""]);
    expect(watched.findings()).toEqual([{ guard: "deny", kind: "TERM", action: "log", count: 1 }]);
  });
});
