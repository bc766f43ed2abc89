/**
 * Verbs whose forms no rule gives. French: present (je, il, nous, vous, ils) | stem of the imperfect | stem of the future |
 * participles. English: past and participle, then other spellings of -ing.
 */
export const frenchIrregular: Readonly<Record<string, string>> = {
  ouvrir: "ouvre ouvres ouvrons ouvrez ouvrent | ouvr | ouvrir | ouvert ouverte ouverts ouvertes",
  recevoir: "reçois reçoit recevons recevez reçoivent | recev | recevr | reçu reçue reçus reçues",
  obtenir: "obtiens obtient obtenons obtenez obtiennent | obten | obtiendr | obtenu obtenue obtenus obtenues",
  prendre: "prends prend prenons prenez prennent | pren | prendr | pris prise prises",
  faire: "fais fait faisons faites font | fais | fer | faite faits faites",
  dire: "dis dit disons dites disent | dis | dir | dite dites",
  rendre: "rends rend rendons rendez rendent | rend | rendr | rendu rendue rendus rendues",
  vendre: "vends vend vendons vendez vendent | vend | vendr | vendu vendue vendus vendues",
  rompre: "romps rompt rompons rompez rompent | romp | rompr | rompu rompue rompus rompues",
  suivre: "suis_ suit suivons suivez suivent | suiv | suivr | suivie suivis suivies",
  voir: "vois voit voyons voyez voient | voy | verr | vu vue vus vues",
  joindre: "joins joint joignons joignez joignent | joign | joindr | jointe jointes",
  traduire: "traduis traduit traduisons traduisez traduisent | traduis | traduir | traduite traduites",
  réduire: "réduis réduit réduisons réduisez réduisent | réduis | réduir | réduite réduites",
  inscrire: "inscris inscrit inscrivons inscrivez inscrivent | inscriv | inscrir | inscrite inscrites",
  désinscrire: "désinscris désinscrit désinscrivons désinscrivez désinscrivent | désinscriv | désinscrir | désinscrite",
  souscrire: "souscris souscrit souscrivons souscrivez souscrivent | souscriv | souscrir | souscrite souscrites",
  interdire: "interdis interdit interdisons interdisez interdisent | interdis | interdir | interdite interdites",
  prévenir:
    "préviens prévient prévenons prévenez préviennent | préven | préviendr | prévenu prévenue prévenus prévenues",
  transmettre:
    "transmets transmet transmettons transmettez transmettent | transmett | transmettr | transmis transmise transmises",
  envoyer: "envoie envoies envoyons envoyez envoient | envoy | enverr | envoyé envoyée envoyés envoyées",
};

export const englishIrregular: Readonly<Record<string, string>> = {
  ...{ pay: "paid", send: "sent", begin: "began begun beginning", keep: "kept", buy: "bought", sell: "sold" },
  ...{ get: "got gotten getting", take: "took taken", make: "made", give: "gave given", see: "saw seen" },
  ...{
    find: "found",
    lend: "lent",
    know: "knew known",
    forbid: "forbade forbidden forbidding",
    reset: "reset resetting",
  },
  ...{ let: "let letting", cost: "cost", choose: "chose chosen", stop: "stopped stopping", plan: "planned planning" },
  ...{ ship: "shipped shipping", cancel: "cancelled cancelling canceled canceling", submit: "submitted submitting" },
  ...{ transfer: "transferred transferring", scan: "scanned scanning", permit: "permitted permitting" },
  ...{ travel: "travelled travelling traveled traveling", own: "owned", debit: "debited", edit: "edited" },
  ...{ sync: "synced syncing", apply: "applied applying", set_up: "set_up", take_out: "took_out", log_in: "logged_in" },
  ...{ backup: "backed_up" },
};
