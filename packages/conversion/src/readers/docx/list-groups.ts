/**
 * The group an item of this level belongs in, opened where there is none: levels need not begin at 0 nor follow one
 * another, and an item above all that is open goes on in the outermost.
 * @param open Groups that are open, outermost first; brought up to date.
 * @param add Makes a group in another, or where the list stands.
 */
export function groupOf(
  open: { level: number; ref: string }[],
  level: number,
  add: (parent: string | undefined) => string,
): string {
  while (open.length > 1 && (open.at(-1)?.level ?? 0) > level) open.pop();
  const last = open.at(-1);
  if (last && last.level >= level) {
    last.level = level;
    return last.ref;
  }
  const ref = add(last?.ref);
  open.push({ level, ref });
  return ref;
}
