import { otherLabel } from "./registry.ts";

/** The label of a model: its own for the first `max` models of the catalogue that are called, `other` for the rest. */
export function createModelLabels(max: number): (provider: string, model: string | null) => string {
  const named = new Set<string>();
  return (provider, model) => {
    if (model === null) return otherLabel;
    const key = `${provider}\0${model}`;
    if (named.has(key)) return model;
    if (named.size >= max || model.length > 100) return otherLabel;
    named.add(key);
    return model;
  };
}
