/** A number of a list in its format, by the names of WordprocessingML (ECMA-376 part 1, 17.18.59). */
export function shownCount(count: number, format: string): string {
  switch (format) {
    case "lowerLetter":
      return letters(count);
    case "upperLetter":
      return letters(count).toUpperCase();
    case "lowerRoman":
      return roman(count);
    case "upperRoman":
      return roman(count).toUpperCase();
    case "decimalZero":
      return String(count).padStart(2, "0");
    default:
      return String(count);
  }
}

/** a … z, aa, bb …; numbers no list reaches stay digits. */
const letters = (count: number): string =>
  count < 1 || count > 26 * 10
    ? String(count)
    : String.fromCharCode(97 + ((count - 1) % 26)).repeat(Math.ceil(count / 26));

function roman(count: number): string {
  if (count < 1 || count >= 4_000) return String(count);
  const parts: readonly (readonly [number, string])[] = [
    [1_000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  let [text, left] = ["", count];
  for (const [value, letter] of parts)
    while (left >= value) {
      text += letter;
      left -= value;
    }
  return text;
}
