import { numberGap, type Span } from "../span.ts";

const gap = `${numberGap}?`;
const month = "(?:0[1-9]|1[0-2]|20|3\\d|4[0-2]|[5-9]\\d)"; // above 12: incomplete dates of birth
const pattern = new RegExp(
  `(?<![\\p{L}\\p{N}_])([1-478])${gap}(\\d{2})${gap}(${month})${gap}(\\d{2}|2[ABab])${gap}(\\d{3})${gap}(\\d{3})${gap}(\\d{2})(?![\\p{L}\\p{N}_])`,
  "gu",
);

/** French social security numbers (NIR) whose key holds: 97 − number mod 97, Corsica's 2A read as 19 and 2B as 18. */
export function findNirs(text: string): Span[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const [whole, ...groups] = match;
    const key = groups[6] ?? "";
    const number = groups.slice(0, 6).join("").toUpperCase();
    const digits = number.replace("2A", "19").replace("2B", "18");
    if (97 - (Number(digits) % 97) !== Number(key)) return [];
    return [{ start: match.index, end: match.index + whole.length, kind: "NIR", identity: number + key }];
  });
}
