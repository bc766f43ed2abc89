/** Function words by language, as written (accents kept). Also what tells the languages apart. */
export const stopWords = {
  fr: `a à ai aie ait alors as au aucun aucune aucuns aussi autre autres aux avaient avais avait avant avec avez aviez
    avions avoir avons ayant bien c ça car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci
    combien comme comment d dans de dehors déjà depuis des dès donc dont du elle elles en encore entre es est et étaient
    étais était étant été êtes être eu eux fait faire faut font furent fut il ils j je jusqu jusque l la là laquelle le
    lequel les lesquelles lesquels leur leurs lors lorsque lui m ma mais me même mêmes mes mien mon n ne ni non nos notre
    nous on ont or ou où par parce pas peu peut peuvent plus pour pourquoi puis puisque qu quand que quel quelle quelles
    quels qui quoi s sa sans sauf se selon sera serait seront ses si sien soi soient sois soit sommes son sont sous suis
    sur t ta tandis te tel telle telles tels tes toi ton tous tout toute toutes très trop tu un une vers voici voilà vos
    votre vous y`,
  en: `a about above after again against all also am an and any are as at be because been before being below between both
    but by can cannot could did do does doing don down during each either few for from further had has have having he her
    here hers herself him himself his how however i if in into is it its itself just ll may me might more most must my
    myself no nor not of off on once only or other our ours ourselves out over own re s same shall she should so some such
    t than that the their theirs them themselves then there these they this those through to too under until up upon us
    very was we were what when where whether which while who whom whose why will with within would you your yours yourself
    yourselves`,
  de: `aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist da damit dann
    das dass dein deine dem den denn der des dich die dies diese dieser dieses dir doch dort du durch ein eine einem einen
    einer eines er es etwas euch euer für gegen hab habe haben hat hatte hier hin ich ihm ihn ihr ihre ihrem ihren im in
    ins ist ja jede jedem jeden jeder jedes kann kein keine können man mehr mein meine mich mir mit muss nach nicht nichts
    noch nun nur ob oder ohne sehr sein seine seinem seinen sich sie sind so soll sondern um und uns unser unter vom von
    vor war waren was weil welche welchem welchen welcher welches wenn wer werden wie wieder will wir wird wo worden wurde
    wurden würde zu zum zur zwar zwischen über`,
  es: `a al algo algunas algunos ante antes aquel aquella aquellos aunque cada como cómo con contra cual cuál cuales cuando
    cuándo cuánto de del desde donde dónde durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos
    esta está están estas este esto estos fue fueron ha había han hasta hay la las le les lo los más me mi mientras muy
    ni no nos nosotros nuestra nuestro o otra otras otro otros para pero por porque pues que qué quien quién se según ser
    si sí sido sin sobre son su sus también tan tanto te tiene tienen todo todos tras tu un una unas uno unos usted y ya
    yo`,
  it: `a ad agli ai al alla alle allo anche c che chi ci ciò come con così cui d da dagli dai dal dall dalla dalle dallo
    degli dei del dell della delle dello di dopo dove e è ed era erano essere gli ha hai hanno ho i il in io l la le lei
    li lo loro lui ma mi mia mio ne negli nei nel nell nella nelle nello no noi non nostro o ogni per perché più poi qual
    quale quali quando quanto quella quelle quelli quello questa queste questi questo qui s se sei si sia siamo sono sopra
    sotto sta stato su sua sugli sui sul sull sulla sulle sullo suo suoi tra tu tutti tutto un una uno v vi voi`,
  pt: `a à ao aos aquela aquele aqueles aquilo as às até com como da das de dela dele deles depois do dos e é ela elas ele
    eles em entre era eram essa essas esse esses esta está estão estas este estes eu foi foram há isso isto já lhe mais
    mas me mesmo meu minha muito na não nas nem no nos nós nossa nosso num numa o onde os ou para pela pelas pelo pelos
    por porque pode qual quais quando quanto que quem se sem ser será seu seus só sobre sua suas são também te tem têm
    tinha tu um uma umas uns você vos`,
} as const satisfies Record<string, string>;
