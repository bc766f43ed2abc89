import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");
const pairs = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }],
  ),
);

/** WCAG 2.2 relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe.each(["light", "dark"] as const)("colours of the %s theme", (theme) => {
  const colour = (name: string): string => {
    const pair = pairs.get(name);
    if (!pair) throw new Error(`no token --${name}`);
    return pair[theme];
  };
  const grounds = ["canvas", "surface", "raised", "sunken"];
  const texts = ["ink", "ink-soft", "ink-faint", "aurora", "danger", "caution"];

  it.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))(
    "%s is legible on %s (4.5:1)",
    (text, ground) => {
      expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );
  it.each([
    ["on-aurora", "aurora-solid"],
    ["on-aurora", "aurora-solid-hover"],
    ["ink", "mark"],
    ["aurora", "aurora-wash"],
    ["danger", "danger-wash"],
    ["caution", "caution-wash"],
    ["ink-soft", "aurora-wash"],
  ])("%s is legible on %s (4.5:1)", (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });
  it.each([
    ["line-strong", "surface"],
    ["line-strong", "canvas"],
    ["mark-line", "surface"],
    ["violet", "surface"],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((place) => [`series-${place}`, "surface"] as const),
  ] as const)("%s can be told from %s (3:1, edges of fields and marks of charts)", (shape, ground) => {
    expect(contrast(colour(shape), colour(ground))).toBeGreaterThanOrEqual(3);
  });
});
