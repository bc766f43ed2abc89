/**
 * What French questions are read with. Patterns are written over folded words (`tokens.ts`) parted by one blank;
 * `$n` keeps the words of a group. Earlier rules act first. `{D}` any determiner, `{I}` looks like an infinitive.
 */
const determiner = "(?:le|la|les|l'|un|une|mon|ma|mes|notre|nos|votre|vos|son|sa|ses|ce|cet|cette|ces|des)";
const infinitive = "(?=(?:(?:me|se|nous|vous|y|le|la|les|l'|ne|pas) )*\\S+(?:er|ir|re|oir)(?: |$))";
const want =
  "(?:veux|voudrais|souhaite|souhaiterais|aimerais|desire|cherche à|voulons|souhaitons|aimerions|ai besoin de|aurais besoin de|aimerai)";
const howNow =
  "(?:comment (?:faire|proceder|je fais|on fait|dois je faire|dois je proceder|puis je faire|puis je proceder|faut -il faire|faut -il proceder|m' y prendre|me y prendre|ca marche)|que (?:faire|dois je faire|faut -il faire|puis je faire)|quelle est la (?:procedure|demarche|marche à suivre|methode)|quelles sont les demarches|comment)";

export const frenchRules: readonly (readonly [string, string])[] = [
  // politeness
  ["^(?:bonjour|bonsoir|salut|hello|coucou|re)(?: (?:à tous|à toutes|madame|monsieur|l' equipe))?(?: ,)?", ""],
  ["(?:, )?(?:si il (?:vous|te) plait|svp|stp|sil vous plait)(?: ,)?", ""],
  ["^merci de (?:bien vouloir )?(?:me|nous) (?:dire|indiquer|preciser|communiquer)", "@tell"],
  ["(?:, )?merci(?: (?:de avance|beaucoup|de votre (?:aide|reponse|retour)))?(?: ,)?$", ""],
  ["(?:, )?merci(?: de avance| beaucoup)? \\?$", "?"],
  // a forgotten password
  [
    `^je ai (?:oublie|perdu) ${determiner} @motdepasse(?: (?:, )?(?:et )?${howNow})?(?= \\?|$)`,
    "@howto réinitialiser mon @motdepasse",
  ],
  ["en cas de oubli de (?:le |la |mon |l' )?@motdepasse , que faire", "@howto réinitialiser mon @motdepasse"],
  // "could you tell me"
  [
    "(?:est ce que )?(?:pouvez|pourriez|peux|pourrais) (?:vous|tu) (?:bien )?(?:me|nous) (?:dire|indiquer|preciser|rappeler|communiquer|expliquer)",
    "@tell",
  ],
  [
    "est ce que (?:vous (?:pouvez|pourriez)|tu (?:peux|pourrais)) (?:me|nous) (?:dire|indiquer|preciser|rappeler|communiquer|expliquer)",
    "@tell",
  ],
  [
    "(?:je|nous) (?:voudrais|voudrions|souhaite|souhaiterais|souhaitons|aimerais|aimerions|veux|desire|desirerais)(?: bien)? (?:savoir|connaitre|comprendre)",
    "@tell",
  ],
  ["(?:je|nous) (?:cherche|cherchons) à (?:savoir|connaitre)", "@tell"],
  ["(?:dites|dis|indiquez|precisez|rappelez) moi", "@tell"],
  ["(?:savez|sais) (?:vous|tu)", "@tell"],
  ["(?:je me demande|je me demandais|j' aimerais savoir|une question ,|petite question ,|question ,)", "@tell"],
  ["(?:je ne sais pas|je ne sais plus)(?= (?:comment|où|qui|quand|quel|quelle|quels|quelles|combien) )", "@tell"],
  ["@tell (?:, )?si", "@yn"],
  ["@tell (?:, )?ce que (?:est que|signifie|veut dire)", "@meaning"],
  [
    "@tell (?:, )?(?=(?:comment|où|qui|quand|quel|quelle|quels|quelles|combien|pourquoi|à|en|de|sous|dans|est|que|pour) )",
    "",
  ],
  [`@tell (?:, )?(?=${determiner} )`, "@what "],
  // definitions and meanings
  [
    "(?:que signifie|que signifient|que veut dire|que veulent dire|quelle est la signification de|quel est le sens de|ca veut dire quoi|à quoi correspond)",
    "@meaning",
  ],
  ["(?:que est ce que est que|que est ce que ce est que|que est ce que|ce est quoi|que est -ce que)", "@def"],
  ["@def (?:je|on|nous) (?:dois|doit|devons|peux|peut|pouvons) faire (?:pour|afin de)", "@howto"],
  ["@def (?:il|que il) (?:faut|me faut|nous faut) (?:faire )?(?:pour|afin de)", "@howto"],
  // yes or no
  [
    "^(?:est ce que il y a|y a -il|existe -il|est ce que il existe|existe(?:nt)? -ils|existe(?:nt)? -elles)",
    "@yn @exist",
  ],
  ["^(?:est -il|est ce que il est|serait -il|ce est|est ce) possible (?:de|pour (?:moi|nous) de)", "@yn on peut"],
  [
    "^(?:ai je|est ce que je ai|a on|avons nous|est ce que on a|est ce que nous avons) la possibilite de",
    "@yn on peut",
  ],
  [
    "^(?:ai je le droit|est ce que je ai le droit|suis je autorise|est ce que je suis autorise|a on le droit|est ce que on a le droit|est -il autorise|est -il permis) (?:de|à)",
    "@yn on @allowed",
  ],
  [
    "^(?:faut -il|est ce que il faut|dois je|doit on|devons nous|est ce que (?:je dois|on doit|nous devons))(?= )",
    "@yn @must",
  ],
  ["^(?:est -il|est ce que il est|est ce) (?:obligatoire|imperatif) de", "@yn @obliged"],
  ["^(?:est -il|est ce que il est|est ce) (?:necessaire|indispensable) de", "@yn @necessary"],
  // how to
  [`^(?:je|nous) ${want} (.*?) (?:, )?(?:mais (?:je ne sais pas )?)?${howNow}(?= \\?|$)`, "@howto $1"],
  [`^(?:je|nous) ${want} ${infinitive}`, "@howto "],
  [
    "comment (?:est ce que )?(?:je|on|nous) (?:peux|peut|pouvons|pourrais|pourrait|dois|doit|devons) (?:faire|proceder) (?:pour|afin de)",
    "@howto",
  ],
  ["comment (?:est ce que )?(?:je|on|nous) (?:peux|peut|pouvons|pourrais|pourrait)", "@howto"],
  [
    "comment (?:puis|peut|peux|pouvons|pourrais|pourrait|dois|doit|devons) (?:je|on|nous) (?:faire|proceder|m' y prendre|me y prendre|se y prendre) (?:pour|afin de)",
    "@howto",
  ],
  ["comment (?:puis|peut|peux|pouvons|pourrais|pourrait) (?:je|on|nous)", "@howto"],
  [
    "comment (?:faire|proceder|faut -il (?:faire|proceder|se y prendre)|fait on|se y prendre|me y prendre|se y prend on|je fais|on fait|fais je|est ce que je fais|est ce que on fait) (?:pour|afin de)",
    "@howto",
  ],
  ["que (?:faut -il|faut il|dois je|doit on|devons nous|puis je|peut on) faire (?:pour|afin de)", "@howto"],
  ["que faire (?:pour|afin de)", "@howto"],
  ["(?:de quelle (?:facon|maniere)|par quel moyen)", "comment"],
  [`comment ${infinitive}`, "@howto "],
  [
    `quel(?:le)?s? (?:est|sont) ${determiner} (?:procedures?|demarches?|marche à suivre|methode|processus|etapes|facon|maniere|moyen)(?: à (?:suivre|effectuer|entreprendre))? (?:pour|afin de|de)`,
    "@howto",
  ],
  [
    `quel(?:le)?s? (?:procedures?|demarches?|etapes|methode|processus) (?:suivre|effectuer|entreprendre|dois je suivre|faut -il suivre|dois je effectuer|faut -il effectuer) (?:pour|afin de)`,
    "@howto",
  ],
  [
    "(?:que (?:faire|dois je faire|faut -il faire|doit on faire|devons nous faire)|quelle est la (?:marche à suivre|conduite à tenir)|comment (?:reagir|dois je reagir))(?= (?:en cas de|si|apres|quand|lorsque|\\?) )",
    "@whattodo",
  ],
  // whom to turn to
  [
    "(?:à qui (?:dois je |puis je |faut -il |doit on |peut on |est ce que je dois )?(?:me |se |m' |nous )?adresser?|qui (?:dois je |puis je |faut -il |doit on |peut on |est ce que je dois |est ce que je peux |je dois )?(?:contacter|joindre|appeler)|qui est la personne à contacter|quelle personne (?:dois je |faut -il )?contacter|qui est mon (?:contact|interlocuteur)|vers qui (?:me tourner|dois je me tourner|se tourner))",
    "@who @contact",
  ],
  // where
  ["(?:à quel (?:endroit|emplacement)|dans quel lieu|en quel lieu|à quels endroits)", "où"],
  ["^ou(?= )", "où"],
  [
    "où (?:est ce que )?(?:se (?:trouve|trouvent|situe|situent)|est ce que se (?:trouve|trouvent))(?: -il| -elle| -ils| -elles)?",
    "@where",
  ],
  [
    `où (?:puis je|peut on|pouvons nous|est ce que je peux|est ce que on peut|je peux|on peut|pourrais je)(?: (?:trouver|me procurer))? `,
    "@where ",
  ],
  ["où trouver", "@where"],
  ["@where trouver", "@where"],
  ["où (?:est|sont)(?= (?:le|la|les|l'|mon|ma|mes|notre|nos|votre|vos|un|une) )", "@where"],
  ["où est ce que", "@where"],
  ["où", "@where"],
  // when
  ["(?:à quelle date|à partir de quand|à compter de quand|depuis quand|jusque à quand|avant quand)", "@date $0"],
  ["@date à quelle date", "@when"],
  ["quand est ce que", "@when"],
  [`quelle est la date (?:de|du) (?:debut|demarrage|commencement) de`, "@when commence"],
  [`quelle est la date (?:de|du) fin de`, "@when termine"],
  ["quel(?:le)?s? (?:est|sont) la definition de", "@def"],
  ["^quand", "@when"],
  ["à quelle heure(?: est ce que)?", "@hour"],
  // why, who
  ["(?:pour quelle raison|pour quelles raisons|pour quel motif|pourquoi)(?: est ce que)?", "@why"],
  ["(?:qui est ce qui|quelle est la personne qui|quelles sont les personnes qui)", "@who"],
  ["(?:à|avec|par|pour|de|chez|contre|sur) qui", "@whom $0"],
  ["^qui (?:est|sont)(?= )", "@who"],
  ["^qui", "@who"],
  [", qui", "@who"],
  // how much, how many, how long
  [
    "(?:combien (?:coute|coutent)(?: -il| -elle| -ils| -elles)?|à combien (?:revient|reviennent)|combien (?:est ce que )?(?:vaut|valent))",
    "@what prix de",
  ],
  ["combien est ce que coute(?:nt)?", "@what prix de"],
  ["(?:combien de temps|quelle duree) (?:dure|durent)(?: -il| -elle| -ils| -elles)?", "@what duree de"],
  ["combien de temps (?:est ce que )?(?:prend|prennent|faut -il pour|faut -il compter pour)", "@what @takes"],
  ["quel temps (?:prend|faut -il pour)", "@what @takes"],
  ["(?:dans quel delai|sous quel delai|en combien de temps|sous combien de temps|dans quels delais)", "@inhowlong"],
  [
    "(?:à combien de|combien de) (.*?) (?:(?:ai je|avons nous|a on|est ce que je ai|est ce que on a|je ai|est ce que nous avons)(?: (?:le )?droit)?|y a -il)",
    "@count $1",
  ],
  ["(?:de combien de) (.*?) (?:dispose je|disposons nous|dispose on|est ce que je dispose)", "@count $1"],
  [
    "(?:combien de|quel est le nombre (?:total )?de|combien y a -il de|combien ai je de|combien avons nous de)",
    "@count",
  ],
  ["combien", "@howmuch"],
  // what, which
  ["quel(?:le)?s? (?:est|sont)", "@what"],
  ["quel(?:le)?s? (?:etait|etaient)", "@what @past"],
  ["quel(?:le)?s? (?:sera|seront)", "@what @future"],
  ["quel(?:le)?s?", "@which"],
  ["comment", "@how"],
  // what is left of yes or no: "puis-je annuler" = "est-ce que je peux annuler"
  ["^est ce que (je|tu|on|nous|vous|il|elle|ils|elles)", "@yn $1"],
  ["^((?!@)\\S+) (je|tu|on|nous|vous)", "@yn $2 $1"],
  ["est ce que", "@yn"],
  ["(?:-il|-elle|-ils|-elles)", ""],
  // tense and voice by auxiliaries
  ["(?:vais|vas|va|allons|allez|vont) (?=(?:etre|\\S+(?:er|ir|re|oir)) )", "@future "],
  ["(?:viens|vient|venons|viennent) de (?=\\S+(?:er|ir|re|oir) )", "@justnow "],
  // "demander" by its noun
  [
    "(?:faire|effectuer|poser|deposer|soumettre|formuler|envoyer|transmettre|introduire|adresser|presenter) (?:une|ma|mon|la|sa|notre|des) demandes? de",
    "demander",
  ],
  [
    "(?:faire|effectuer|realiser|passer) (?:un|une|le|la|mon|ma|des) (?=(?:virement|reservation|declaration|modification|suppression|reclamation|paiement|commande|achat|sauvegarde|transfert|inscription|changement|resiliation|annulation)s?(?: |$))",
    "@do ",
  ],
  ["(?:me faire|se faire|etre) rembourser?", "obtenir remboursement"],
  ["(?:me faire|se faire|etre) rembourses?", "obtenir remboursement"],
  ["mettre fin à", "résilier"],
  ["mettre en place", "@setup"],
  ["mettre à jour", "@update"],
  ["prendre contact avec", "contacter"],
  ["entrer en contact avec", "contacter"],
  ["faire parvenir", "envoyer"],
  ["prendre fin", "terminer"],
  ["se servir de", "utiliser"],
  ["avoir acces à", "accéder à"],
  // opening hours
  [`@what (?:vos |les |votre |le |l' )?(?:heures?|horaires?) (?:de |d' )?ouverture`, "@openinghours"],
  ["@what (?:vos |les )?horaires (?=(?:de|du) )", "@hours "],
  ["en cas de", "@incaseof"],
  ["(?:par an|par annee|chaque annee|à l' annee|tous les ans)", "@peryear"],
  ["(?:par mois|chaque mois|tous les mois)", "@permonth"],
  ["(?:par semaine|chaque semaine|toutes les semaines)", "@perweek"],
  ["(?:par jour|chaque jour|tous les jours)", "@perday"],
  ["ne (\\S+)(?: (je|tu|on|nous|vous|en))? que", "$1 $2 @only"],
  ["ne (\\S+)(?: (je|tu|on|nous|vous|en))? plus", "$1 $2 @nomore"],
  ["ne plus", "@nomore"],
  ["ne (?=(?:\\S+ ){0,4}(?:pas|jamais|guere|aucun|aucune|rien|personne|ni|nul|nulle) )", ""],
  ["(?:un|une) seule?", "@onlyone"],
  // one event, said as a clause or as a noun
  ["si (?:je|on|nous) demissionn(?:e|ais|ons)", "@incaseof démission"],
  ["si (?:je|on|nous) (?:suis|est|sommes) malades?", "@incaseof maladie"],
  ["si (?:je|on|nous) (?:suis|est|sommes) absente?s?", "@incaseof absence"],
  [`^je ai perdu ${determiner} (.*?) , @whattodo`, "@whattodo @incaseof perte $1"],
  [
    `@whattodo (?:si|quand|lorsque) (?:je|on) (?:perds|perd|ai perdu|a perdu) ${determiner}`,
    "@whattodo @incaseof perte",
  ],
  [`@incaseof perte de (?:${determiner} )?`, "@incaseof perte "],
  [`@what duree de (?:${determiner} )?preavis`, "@what préavis"],
  ["(?:combien de temps (?:faut -il|faut -il compter|est necessaire) pour) ", "@what délai de "],
  ["@what @takes", "@what délai de"],
  ["@inhowlong (?:suis je|serai je|est on|sera on|sommes nous|serons nous)", "@what délai de"],
  ["quel(?:le)?s? (?:est|sont) (?:le|mon) nombre (annuel|mensuel|hebdomadaire) de", "@count $1"],
  ["@what le nombre (annuel|mensuel|hebdomadaire) de", "@count $1"],
  ["@who (?:le |la |l' )?(?:responsable|en charge|chargee?) de", "@who @incharge"],
  ["@who (?:se occupe|gere|a la charge) (?:de )?", "@who @incharge "],
  ["^(?:avez vous|disposez vous de|proposez vous)(?= (?:un|une|des) )", "@yn @exist"],
  ["@yn vous avez(?= (?:un|une|des) )", "@yn @exist"],
  ["(?:à quelles? heures?|@hour|@when) (?:ouvrez vous|etes vous ouverts?)(?= \\?|$)", "@openinghours"],
  ["@what vos horaires(?= \\?|$)", "@openinghours"],
  ["@howto payer(?= \\?|$)", "@which @paymentmethod acceptés"],
  ["(supprimer|effacer) (mon|le|un) compte definitivement", "$1 $2 compte"],
  // what the asker has to do
  [
    `(?:dois je|doit on|devons nous|faut -il|est ce que (?:je dois|on doit|il faut)) (?=\\S+(?:er|ir|re|oir) )`,
    "@must ",
  ],
];
