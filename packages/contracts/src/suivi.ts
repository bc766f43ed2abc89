/**
 * The SUIVI block (PRODUCT.md, "Multi-turn without history"): what a deliverable ends with. Written here because the
 * answer engine writes it and `follow-up` reads it.
 */
export const suiviKeyword = "SUIVI";
export const suiviLimits = { min: 4, max: 8 } as const;

/**
 * The last lines of a deliverable, no blank line inside, no line break at the end. Titles are put on one line.
 * @throws RangeError for fewer than 4 or more than 8 titles, or an empty one: such a block would not be read back.
 */
export function formatSuivi(titles: readonly string[]): string {
  const clean = titles.map((title) => title.replace(/\s+/gu, " ").trim());
  if (clean.length < suiviLimits.min || clean.length > suiviLimits.max || clean.includes(""))
    throw new RangeError(`a SUIVI block has ${suiviLimits.min} to ${suiviLimits.max} titles, none empty`);
  return [suiviKeyword, ...clean.map((title, index) => `[S${index + 1}] ${title}`)].join("\n");
}
