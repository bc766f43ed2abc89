/**
 * Requests for a deliverable, by language. `verbs`: forms that ask for one by themselves. `makers` + a noun: "write a
 * report", "fais-moi un plan". `nouns` alone count when they open the request; `documents` are nouns that also name an
 * existing document, so they need an indefinite article after a maker, or "on" after them. `questions`: openings of a
 * question, which never asks for a deliverable. All folded (lower case, no marks). A language is added here without code.
 */
export interface DeliverableWords {
  readonly verbs: readonly string[];
  readonly makers: readonly string[];
  readonly nouns: readonly string[];
  readonly documents: readonly string[];
  readonly questions: readonly string[];
}

const words = (list: string): readonly string[] => list.split(/\s*,\s*/).map((word) => word.trim());

export const deliverables: Readonly<Record<"fr" | "en" | "de" | "es" | "it" | "pt", DeliverableWords>> = {
  fr: {
    verbs: words(
      "resume, resumez, resumer, resume-moi, resumez-moi, synthetise, synthetisez, synthetiser, compare, comparez, comparer, recapitule, recapitulez",
    ),
    makers: words(
      "fais, faites, faire, redige, redigez, rediger, prepare, preparez, preparer, donne, donnez, donner, ecris, ecrivez, ecrire, produis, produisez, produire, etablis, etablissez, etablir, propose, proposez, presente, presentez, dresse, dressez, genere, generez, elabore, elaborez, construis, je veux, je voudrais, je souhaite, il me faut, j'aimerais",
    ),
    nouns: words(
      "resume, synthese, compte rendu, compte-rendu, comparaison, comparatif, note de synthese, recapitulatif, tour d'horizon, vue d'ensemble, panorama",
    ),
    documents: words("rapport, plan, dossier"),
    questions: words(
      "qui, que, qu'est-ce, quoi, quand, combien, ou, quel, quelle, quels, quelles, comment, pourquoi, est-ce, a qui, de quand, depuis quand, lequel, laquelle",
    ),
  },
  en: {
    verbs: words("summarize, summarise, synthesize, synthesise, compare, recap"),
    makers: words(
      "write, make, give, prepare, draft, produce, create, build, generate, provide, draw up, put together, i want, i need, i would like",
    ),
    nouns: words("summary, synthesis, comparison, overview, recap, digest, briefing"),
    documents: words("report, plan, outline"),
    questions: words(
      "who, whom, whose, what, when, where, which, how, why, is, are, was, were, does, do, did, has, have",
    ),
  },
  de: {
    verbs: words("fasse, fass, fassen, zusammenfassen, vergleiche, vergleichen"),
    makers: words(
      "schreibe, schreib, erstelle, erstell, gib, mache, mach, verfasse, bereite, liefere, entwirf, ich brauche, ich mochte",
    ),
    nouns: words("zusammenfassung, synthese, vergleich, ubersicht, uberblick, gegenuberstellung"),
    documents: words("bericht, plan"),
    questions: words(
      "wer, wen, wem, wessen, was, wann, wo, wohin, welche, welcher, welches, wie, warum, weshalb, ist, sind, hat, haben",
    ),
  },
  es: {
    verbs: words("resume, resuma, resumir, sintetiza, sintetice, compara, compare, comparar"),
    makers: words(
      "haz, haga, hacer, hazme, redacta, redacte, escribe, escriba, prepara, prepare, dame, elabora, elabore, presenta, genera, quiero, necesito",
    ),
    nouns: words("resumen, sintesis, comparacion, comparativa, panorama, vision general"),
    documents: words("informe, reporte, plan"),
    questions: words(
      "quien, quienes, que, cuando, cuanto, cuanta, cuantos, cuantas, donde, cual, cuales, como, por que, es, son, hay",
    ),
  },
  it: {
    verbs: words(
      "riassumi, riassuma, riassumere, sintetizza, sintetizzare, confronta, confrontare, paragona, riepiloga",
    ),
    makers: words(
      "fai, fammi, faccia, fare, redigi, scrivi, scrivere, prepara, preparami, dammi, elabora, presenta, genera, voglio, vorrei, mi serve",
    ),
    nouns: words("riassunto, sintesi, confronto, riepilogo, panoramica"),
    documents: words("rapporto, relazione, piano"),
    questions: words(
      "chi, che, che cosa, cosa, quando, quanto, quanta, quanti, quante, dove, quale, quali, come, perche, e, sono, c'e",
    ),
  },
  pt: {
    verbs: words("resume, resuma, resumir, sintetiza, sintetize, compara, compare, comparar"),
    makers: words(
      "faz, faca, fazer, redige, redija, escreve, escreva, prepara, prepare, da-me, de-me, elabora, elabore, apresenta, gera, gere, quero, preciso",
    ),
    nouns: words("resumo, sintese, comparacao, comparativo, panorama, visao geral"),
    documents: words("relatorio, plano"),
    questions: words(
      "quem, que, quando, quanto, quanta, quantos, quantas, onde, qual, quais, como, por que, porque, e, sao, ha",
    ),
  },
};

/** Words a request is wrapped in, in any of the languages: taken off its beginning. */
export const courtesies =
  /^(?:(?:s'il (?:te|vous) plait|svp|merci de|merci|bonjour|peux-tu|peux tu|pouvez-vous|pouvez vous|pourrais-tu|pourriez-vous|est-ce que tu peux|est-ce que vous pouvez|please|can you|could you|would you|hello|hi|bitte|kannst du|konnen sie|konnten sie|por favor|puedes|puede|podrias|podria|per favore|puoi|potresti|pode|podes|poderia)(?:[\s,:!]+(?:me|nous|mir|uns|mi|ci)(?=\s))?[\s,:!]+)+/;
export const indefinite = "(?:un|une|des|a|an|one|ein|eine|einen|una|uno|um|uma)";
export const definite = "(?:le|la|les|l'|the|den|die|das|der|el|los|las|il|lo|o|os|as)";
/** "about", which makes a request of a noun that could also name a document. */
export const about = "(?:sur|concernant|a propos|on|about|uber|zu|zum|zur|sobre|acerca|su|sul|sulla|sui|riguardo)";
