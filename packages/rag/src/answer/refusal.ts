import { foldText } from "@aurora/kernel";
import { readMarkers } from "./markers.ts";
import { refusals } from "./words/refusals.ts";

/** The refusal in a language ("pt-BR" → Portuguese); English for one we have no words of. */
export const refusalText = (language: string): string =>
  refusals[language.slice(0, 2).toLowerCase()] ?? refusals.en ?? "";

const bare = (text: string): string =>
  foldText(text)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
const known = new Set(Object.values(refusals).map(bare));

/** Whether an answer says that the sources do not hold it: one of our sentences, in any language, and no marker. */
export const isRefusal = (answer: string): boolean => readMarkers(answer).length === 0 && known.has(bare(answer));
