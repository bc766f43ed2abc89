/** Titles a person's name follows. `Me` (maître) is left out: it is an English word. */
export const titles = [
  ...["M.", "MM.", "Mme", "Mmes", "Mlle", "Mlles", "Monsieur", "Messieurs", "Madame", "Mesdames", "Mademoiselle"],
  ...["Maître", "Dr", "Docteur", "Docteure", "Pr", "Professeur", "Professeure"],
  ...["Mr", "Mrs", "Ms", "Miss", "Mx", "Doctor", "Prof", "Professor", "Sir", "Dame"],
];
/** Between the words of a name. */
export const particles = [
  "de",
  "du",
  "des",
  "la",
  "le",
  "van",
  "von",
  "der",
  "den",
  "di",
  "da",
  "dos",
  "el",
  "al",
  "ben",
  "bin",
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
