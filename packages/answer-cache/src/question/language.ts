import type { QuestionLanguage } from "./token.ts";

/** Words of one of the two languages and not of the other. */
const markers: Readonly<Record<QuestionLanguage, ReadonlySet<string>>> = {
  fr: new Set(
    (
      "le les des du un une est sont je nous vous il elle ils elles mon ma mes notre nos votre vos quel quelle quels quelles qui que " +
      "quoi où comment combien pourquoi quand et ou dans avec sans pour chez sur puis peut dois doit faut ai avons avez ce cette ces " +
      "aux au ne pas lors depuis être avoir faire"
    ).split(" "),
  ),
  en: new Set(
    (
      "the is are i we you he she they my our your their what which who whom when where why how and or in with without for of at " +
      "can could may must should do does did have has had this that these those to from by not will would be been was were it"
    ).split(" "),
  ),
};
const other: Readonly<Record<QuestionLanguage, QuestionLanguage>> = { fr: "en", en: "fr" };

/** True when the text is plainly in the other language than it is said to be. */
export function languageConflict(text: string, language: QuestionLanguage): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const count = (one: QuestionLanguage) => words.filter((word) => markers[one].has(word)).length;
  return count(other[language]) > count(language);
}
