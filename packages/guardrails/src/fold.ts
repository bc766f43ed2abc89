/**
 * Lower case without accents, character for character: places in the folded text are places in the text. What has no
 * single folded character (œ, ß) stays as it is.
 */
export function foldInPlace(text: string): string {
  const lower = text.toLowerCase();
  const base = lower.length === text.length ? lower : [...text].map(sameLength).join("");
  return base.replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, (char) => {
    const [first = char] = char.normalize("NFD");
    return first.length === 1 ? first : char;
  });
}

function sameLength(char: string): string {
  const lower = char.toLowerCase();
  return lower.length === char.length ? lower : char;
}

/** Whole words of the alternatives, in a folded text; longest first, so that none hides a longer one. */
export function wordPattern(words: readonly string[]): RegExp | null {
  const folded = [...new Set(words.map((word) => foldInPlace(word).trim()).filter((word) => word !== ""))];
  if (folded.length === 0) return null;
  folded.sort((a, b) => b.length - a.length);
  const alternatives = folded.map((word) => escapePattern(word).replace(/\s+/g, "\\s{1,4}").replace(/['’]/g, "['’]"));
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${alternatives.join("|")})(?![\\p{L}\\p{N}_])`, "gu");
}

export const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
