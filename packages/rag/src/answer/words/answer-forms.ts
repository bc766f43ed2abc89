/**
 * Forms an answer takes and the questions (folded) that ask for them. `shows` is tested on the folded text of a unit.
 * A language is added to `asks` without code.
 */
export interface AnswerForm {
  readonly asks: RegExp;
  readonly shows: RegExp;
  /** Added when the unit shows the form, and when it does not. */
  readonly bonus: number;
  readonly malus: number;
}

const number = String.raw`(?:\d|\b(?:un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante|quatre-vingt\S*|cent|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred)\b)`;
const durations =
  "jours?|mois|semaines?|ans?|annees?|heures?|minutes?|secondes?|trimestres?|days?|months?|weeks?|years?|hours?|seconds?|quarters?|tage?|wochen?|monate?|jahre?|dias?|meses|semanas?|anos?|giorni|settimane|mesi|anni";

export const answerForms: readonly AnswerForm[] = [
  {
    asks: /\b(?:quel(?:le)?|a quel) (?:est |sont |etait )?(?:le |la )?(?:taux|pourcentage|part|proportion)\b|\bquelle part\b|what (?:is |was )?(?:the )?(?:percentage|share|proportion|rate)\b|welche[rn]? (?:anteil|prozentsatz)|que porcentaje|que percentuale/,
    shows: /\d ?%|pour cent|per ?cent|prozent|por ciento|\bmoitie\b|\btiers\b|\bhalf\b|\bthird\b/,
    bonus: 0.14,
    malus: -0.1,
  },
  {
    asks: /combien (?:coute|vaut|paie|rembourse|gagne|touche|verse|faut-il payer)|\b(?:quel(?:le)?s?|a quel) (?:est |sont |etait )?(?:le |la |l'|les )?(?:montant|prix|cout|tarif|budget|salaire|indemnite|prime|somme|chiffre d'affaires|plafond)|how much (?:is|does|do|did|was|were) .*(?:cost|pay|paid|fee|price|spend|spent|worth)|what (?:is|was) the (?:price|cost|fee|amount|budget|salary)/,
    shows: /[€$£]|\beuros?\b|\beur\b|dollars?|pounds?|\d ?k€|milliers|millions?|milliards?|billions?|francs?/,
    bonus: 0.08,
    malus: -0.04,
  },
  {
    asks: /combien de temps|\bquel(?:le)? (?:est |sont )?(?:le |la )?(?:delai|duree|preavis)|sous combien|tous les combien|pendant combien|apres combien|au bout de combien|how long|how often|what (?:is |was )?(?:the )?(?:period|deadline|notice|duration)|wie lange|cuanto tiempo|quanto tempo/,
    shows: new RegExp(`${number}(?:[\\s\\u00a0]+[\\p{L}-]+){0,2}?[\\s\\u00a0]+(?:${durations})\\b`, "u"),
    bonus: 0.14,
    malus: -0.12,
  },
  {
    asks: /telephone|\ba quel (?:numero|poste)\b|\bquel (?:est le )?(?:numero|poste) (?:faut|dois|doit|appeler|composer|joindre)|\bphone\b|number (?:should|do|can|to) |telefon/,
    shows:
      /(?:\+|\b)\d{2,4}(?:[ .-]?\d{2,4}){2,}\b|\bposte \d{2,}|\bext(?:ension|\.)? ?\d{2,}|\bcompose[rz]? (?:le )?\d/,
    bonus: 0.18,
    malus: -0.12,
  },
  {
    asks: /\be-?mail|\bmail\b|courriel|adresse electronique|correo|posta elettronica/,
    shows: /\S@\S/,
    bonus: 0.2,
    malus: -0.05,
  },
  {
    asks: /adresse postale|\b(?:quelle (?:est l')?|a quelle )adresse(?! (?:mail|e-mail|electronique|email))|postal address|what (?:is )?(?:the |your )?address|anschrift/,
    shows: /\b\d{5}\b|\b(?:rue|avenue|boulevard|chemin|impasse|street|road|avenue|lane|strasse)\b/,
    bonus: 0.14,
    malus: -0.08,
  },
  {
    asks: /(?:^|\s)(?:si|en cas d\S*|lorsqu\S+) |(?:^|\s)(?:if|in case of) /,
    shows: /^(?:s'|si |en cas d|lorsqu|quand |if |when |in case )/,
    bonus: 0.2,
    malus: -0.1,
  },
];
