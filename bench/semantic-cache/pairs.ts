import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Pair {
  readonly set: string;
  /** What was changed, or `paraphrase`. */
  readonly category: string;
  readonly a: string;
  readonly b: string;
  readonly lang: string;
  readonly same: boolean;
}

const lines = (name: string) =>
  readFileSync(join(import.meta.dirname, "words", name), "utf8")
    .split("\n")
    .filter(Boolean);

/** `{x|y}` is what the two questions differ in, `<p;q>` what they share: one pair for each of these. */
function expand(category: string, template: string, lang: string): Pair[] {
  const shared = /<([^>]*)>/u.exec(template);
  const variants = (shared?.[1] ?? "")
    .split(";")
    .map((text) => (shared ? template.replace(shared[0], text) : template));
  return variants.flatMap((variant) => {
    const contrast = /\{([^|}]*)\|([^}]*)\}/u.exec(variant);
    const more = /<[^>]*>/u.test(variant) ? expand(category, variant, lang) : null;
    if (more) return more;
    const [text, x = "", y = ""] = contrast ?? [""];
    return [
      { set: "templates", category, lang, same: false, a: variant.replace(text, x), b: variant.replace(text, y) },
    ];
  });
}

/** Near misses and paraphrases of our own, French and English: written by hand, and made of templates. */
export function ownPairs(): Pair[] {
  return ["fr", "en"].flatMap((lang) => [
    ...lines(`written.${lang}.txt`).map((line) => pairOf("written", line, lang)),
    ...lines(`paraphrases.${lang}.txt`).map((line) => pairOf("paraphrases", line, lang)),
    ...lines(`templates.${lang}.txt`).flatMap((line) => {
      const [category = "", template = ""] = line.split(/\|(.*)/su);
      return expand(category, template, lang);
    }),
  ]);
}
function pairOf(set: string, line: string, lang: string): Pair {
  const [category = "", a = "", b = ""] = line.split("|");
  return { set, category, a, b, lang, same: category === "paraphrase" };
}

/** The pairs of the test material; none where it is absent. STS-B: at least 4.5 of 5 is the same, at most 3 is not. */
export function materialPairs(folder: string): Pair[] {
  const read = <Row>(name: string): Row[] =>
    existsSync(join(folder, name)) ? (JSON.parse(readFileSync(join(folder, name), "utf8")) as Row[]) : [];
  const near = read<{ lang: string; type: string; a: string; b: string; same: number }>("cache_adversarial_fr_en.json");
  const similar = ["dev", "train"].flatMap((part) =>
    read<Record<"en1" | "en2" | "fr1" | "fr2", string> & { score: number }>(`stsb_fr_en_${part}.json`),
  );
  return [
    ...near.map(({ a, b, lang, same, type }) => ({ set: "near misses", category: type, a, b, lang, same: same === 1 })),
    ...similar
      .filter(({ score }) => score >= 4.5 || score <= 3)
      .flatMap(({ en1, en2, fr1, fr2, score }) => [
        { set: "sts-b", category: "similarity", a: fr1, b: fr2, lang: "fr", same: score >= 4.5 },
        { set: "sts-b", category: "similarity", a: en1, b: en2, lang: "en", same: score >= 4.5 },
      ]),
  ];
}
