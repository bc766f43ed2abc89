/**
 * What a question is after, told by its words (folded). `asks` are patterns on the folded question; the cue words carry
 * no subject, so they are not looked for in the text. A language is added here without code.
 */
export type QuestionKind = "number" | "date" | "person" | "place" | "list" | "reason" | "definition" | "identity";

export interface QuestionCues {
  readonly asks: Readonly<Record<QuestionKind, string>>;
  /** Question and filler words that a stop list leaves in. */
  readonly cueWords: string;
  /** Turns of phrase taken out before words are read: each holds words that would be subjects elsewhere. */
  readonly frames: string;
  /** What stands before a noun that is counted. */
  readonly counts: string;
  /** Openings after which the first word names what is asked for. */
  readonly attribute: string;
}

export const questionCues: Readonly<Record<"fr" | "en" | "de" | "es" | "it" | "pt", QuestionCues>> = {
  fr: {
    asks: {
      number:
        "combien|a combien|quel(?:le)?s? (?:est |sont )?(?:le |la |l'|les )?(?:montant|nombre|prix|taux|plafond|duree|delai|pourcentage|cout|tarif|budget|seuil|somme|distance|surface|effectif|age|population|superficie|hauteur|poids|temperature|part)",
      date: "quand|a quelle date|en quelle annee|quelle (?:est la )?date|depuis quand|jusqu'a quand|quel jour|quelle annee|a partir de quand|quelle heure",
      person: "^qui|a qui|par qui|de qui|avec qui|pour qui|quelle? (?:est le nom|personne)|comment s'appelle",
      place:
        "^ou\\b|d'ou|\\bou (?:se|est|sont|a|ont|peut|trouve|faut|doit)\\b|dans quel(?:le)? (?:pays|ville|lieu|region|batiment|salle)|a quel endroit|quelle ville|quel pays",
      list: "quels sont|quelles sont|quels|quelles|lesquels|liste|enumere",
      reason: "pourquoi|pour quelle raison|quelle (?:est la )?(?:raison|cause)",
      identity: "^qui (?:est|sont|etait|etaient|dirige|preside)",
      definition:
        "que (?:signifi|veut dire|veulent dire|designe)|qu'est-ce qu|c'est quoi|qu'entend-on par|(?:la |une |quelle est la )definition|a quoi correspond",
    },
    cueWords:
      "combien quand quel quelle quels quelles comment pourquoi lequel laquelle lesquels peut-il peut-on peut doit faut existe existe-t-il trouve-t-on est-ce dit-on indique indiquer donner donne dire dis liste",
    frames:
      "que? se passe-t-il|qu'est-ce que c'est que|qu'est-ce qu(?:e|'un|'une)|c'est quoi|qu'entend-on par|que (?:signifient|signifie)|que (?:veut|veulent) dire|combien de (?:temps|fois)|tous les combien|que faut-il faire|que (?:faire|dit|disent|contient|contiennent|devient|prevoit)|de quand date(?:nt)?|a quelle date|en quelle annee|quel (?:est le )?nom|comment s'appelle",
    counts: "combien d(?:e |es |')",
    attribute:
      "(?:a |de |en |sous |dans |par |pour |avec )?quel(?:le)?s? |combien (?:d(?:e |es |')|a |ont |coute|vaut)",
  },
  en: {
    asks: {
      number:
        "how (?:many|much|long|old|far|often|large|big|high|tall|fast)|what (?:is|was|are|were) the (?:amount|number|price|rate|cap|limit|duration|percentage|cost|fee|budget|threshold|distance|size|age|population|height|length|weight|temperature|share)|what percentage",
      date: "when|what (?:date|year|day|month|time)|which year|since when|until when|in what year|in which year|by what date",
      person: "^who|by whom|to whom|with whom|whose|what is the name of",
      place: "where|in (?:which|what) (?:country|city|place|town|region|building|room)|what (?:country|city|town)",
      list: "what are|which are|which|list|name the",
      reason: "why|for what reason|what (?:is|was) the (?:reason|cause)",
      identity: "^who (?:is|was|are|were|runs|leads|heads)",
      definition:
        "what (?:does|do) .+ mean|what (?:is|are) (?:an? )?(?!the )[^ ]+(?: [^ ]+)? ?\\?*$|meaning of|definition of|define",
    },
    cueWords:
      "how many much long often when where which what who whom why does did do is are was were can could must should may list tell give name",
    frames:
      "what happens|what (?:does|do|did) (?=.+ mean)|\\bmean\\b ?\\?*$|how (?:long|often)|what is the name of|what should (?:i|we) do",
    counts: "how many ",
    attribute: "what (?:is|are|was|were) the |what [a-z]+ (?:is|are|was|were|did|does|do|should|can) |how many |which ",
  },
  de: {
    asks: {
      number:
        "wie ?viele?|wie (?:lange|hoch|gross|alt|weit|oft)|welche[rs]? (?:betrag|anzahl|preis|satz|hohe|dauer|frist)",
      date: "wann|seit wann|bis wann|in welchem jahr|an welchem tag|welches datum",
      person: "^wer|von wem|wem|wen|wessen",
      place: "^wo\\b|woher|wohin|in welche[rmn] (?:land|stadt|ort|region)",
      list: "welche|nenne",
      reason: "warum|weshalb|wieso",
      identity: "^wer (?:ist|war|sind|leitet)",
      definition: "was (?:bedeutet|heisst)|was ist (?:ein|eine) ",
    },
    cueWords: "wie viele viel lange hoch wann wo wer welche welcher welches warum kann muss darf gibt",
    frames: "was (?:bedeutet|heisst|passiert)|wie lange|wie heisst",
    counts: "wie ?viele? ",
    attribute: "welche|wie ?viele? |wie hoch ist",
  },
  es: {
    asks: {
      number:
        "cuant[oa]s?|cual es (?:el|la) (?:importe|numero|precio|tasa|limite|duracion|plazo|porcentaje|coste|costo)",
      date: "cuando|en que (?:ano|fecha|dia)|desde cuando|hasta cuando|que fecha",
      person: "^quien|de quien|a quien|por quien",
      place: "donde|en que (?:pais|ciudad|lugar|region)",
      list: "cuales|enumera|lista",
      reason: "por que|cual es la (?:razon|causa)",
      identity: "^quien(?:es)? (?:es|son|era|dirige)",
      definition: "que (?:significa|quiere decir)|que es un",
    },
    cueWords: "cuanto cuanta cuantos cuantas cuando donde quien cual cuales como puede debe hay",
    frames: "que (?:significa|quiere decir|pasa)|cuanto tiempo|como se llama",
    counts: "cuant[oa]s ",
    attribute: "cual es|cuant[oa]s |que ",
  },
  it: {
    asks: {
      number: "quant[oaie]|qual e (?:il|la|l') ?(?:importo|numero|prezzo|tasso|limite|durata|percentuale|costo)",
      date: "quando|in (?:che|quale) (?:anno|data|giorno)|da quando|fino a quando",
      person: "^chi|da chi|di chi|a chi",
      place: "dove|in (?:che|quale) (?:paese|citta|luogo|regione)",
      list: "quali|elenca",
      reason: "perche|per quale motivo",
      identity: "^chi (?:e|sono|era|dirige)",
      definition: "(?:che )?cosa (?:significa|vuol dire)|che cos'e",
    },
    cueWords: "quanto quanta quanti quante quando dove chi quale quali come puo deve esiste",
    frames: "(?:che )?cosa (?:significa|vuol dire|succede)|che cos'e|quanto tempo|come si chiama",
    counts: "quant[ie] ",
    attribute: "qual e|quant[ie] |che ",
  },
  pt: {
    asks: {
      number: "quant[oa]s?|qual e (?:o|a) (?:montante|valor|numero|preco|taxa|limite|duracao|prazo|percentagem|custo)",
      date: "quando|em que (?:ano|data|dia)|desde quando|ate quando",
      person: "^quem|de quem|a quem|por quem",
      place: "onde|em que (?:pais|cidade|lugar|regiao)",
      list: "quais|liste",
      reason: "por que|porque|qual e a razao",
      identity: "^quem (?:e|sao|era|dirige)",
      definition: "o que (?:significa|quer dizer)|o que e um",
    },
    cueWords: "quanto quanta quantos quantas quando onde quem qual quais como pode deve existe",
    frames: "o que (?:significa|quer dizer|acontece)|quanto tempo|como se chama",
    counts: "quant[oa]s ",
    attribute: "qual e|quant[oa]s |que ",
  },
};

/** Numbers in words and names of months (folded), enough to see that a sentence states a quantity or a date. */
export const numberWords: ReadonlySet<string> = new Set(
  `deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante cent cents mille million millions milliard milliards moitie tiers quart douzaine demi
   two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen twenty thirty forty fifty sixty hundred thousand million billion half third quarter dozen once twice
   zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig hundert tausend
   dos tres cuatro cinco seis siete ocho nueve diez veinte cien ciento mil
   due tre quattro cinque sei sette otto nove dieci venti cento mille
   dois duas quatro sete oito nove dez vinte cem`.split(/\s+/),
);
export const monthWords: ReadonlySet<string> = new Set(
  `janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche
   january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday
   januar februar marz juni juli oktober dezember enero febrero marzo mayo junio julio agosto septiembre octubre noviembre diciembre
   gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro abril maio junho julho setembro outubro novembro dezembro`.split(
    /\s+/,
  ),
);
/** First words of a sentence that point back at the one before it (folded). */
export const backReferences: ReadonlySet<string> = new Set(
  `il elle ils elles ce cet cette ces cela celui-ci celle-ci celui celle ceux y en leur leurs son sa ses
   it he she they this that these those its their such
   er sie es dieser diese dieses ihr ihre  este esta estos estas ello su sus  questo questa questi queste esso essa suo sua  isto isso este esta ele ela eles elas seu sua`.split(
    /\s+/,
  ),
);
