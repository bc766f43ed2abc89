import { otherLabel } from "./registry.ts";

/**
 * The label of a model: its own for the first `max` models of the catalogue that have answered, `other` for the rest.
 * @returns A function; `hasAnswered` = this call shows that the model exists. Until one does, its name is what a caller
 *   wrote, and no label.
 */
export function createModelLabels(
  max: number,
): (provider: string, model: string | null, hasAnswered: boolean) => string {
  const named = new Set<string>();
  return (provider, model, hasAnswered) => {
    if (model === null) return otherLabel;
    const key = `${provider}\0${model}`;
    if (named.has(key)) return model;
    if (!hasAnswered || named.size >= max || model.length > 100) return otherLabel;
    named.add(key);
    return model;
  };
}
