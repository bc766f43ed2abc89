/**
 * Text as search compares it: lower case, œ → oe, æ → ae, marks removed (NFD without \p{M}). "Été" and "ete" are one.
 * The offline embedder's vocabulary was built with exactly this: a change here makes every stored vector stale.
 */
export function foldText(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae")
    .normalize("NFD")
    .replace(/\p{M}+/gu, "");
}
