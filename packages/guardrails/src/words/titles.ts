/** Titles a person's name follows. `Me` (maître) is left out: it is an English word. */
export const titles = [
  ...["M.", "MM.", "Mme", "Mmes", "Mlle", "Mlles", "Monsieur", "Messieurs", "Madame", "Mesdames", "Mademoiselle"],
  ...["Maître", "Dr", "Docteur", "Docteure", "Pr", "Professeur", "Professeure"],
  ...["Mr", "Mrs", "Ms", "Miss", "Mx", "Doctor", "Prof", "Professor", "Sir", "Dame"],
];
/** Between the words of a name; longest first. */
export const particles = [
  ...["de la", "de los", "van der", "van den", "van de", "von der", "von und zu"],
  ...["de", "du", "des", "van", "von", "den", "di", "da", "dos", "el", "al", "ben", "bin"],
];
/** Capitalised words that follow a title without being a name. */
export const offices = new Set([
  ...[
    "le",
    "la",
    "les",
    "président",
    "présidente",
    "directeur",
    "directrice",
    "maire",
    "ministre",
    "préfet",
    "préfète",
  ],
  ...[
    "rapporteur",
    "juge",
    "procureur",
    "commissaire",
    "chair",
    "chairman",
    "president",
    "minister",
    "speaker",
    "justice",
  ],
  ...["secretary", "excel", "word", "office", "teams", "outlook", "france", "world", "universe", "monde", "univers"],
]);
