/** What models write for SUIVI when they translate it: folded (lower case, no marks, letters and single spaces only). */
export const translatedKeywords: ReadonlySet<string> = new Set([
  // en
  "follow up",
  "followup",
  "followups",
  "follow ups",
  "tracking",
  "next steps",
  "outline",
  // de
  "nachverfolgung",
  "verfolgung",
  "weiterverfolgung",
  "fortsetzung",
  "weiteres",
  // es
  "seguimiento",
  "siguiente",
  // it
  "seguito",
  "monitoraggio",
  // pt
  "seguimento",
  "acompanhamento",
  // fr, another word
  "suite",
  "suivis",
  "a suivre",
  "plan",
  "sommaire",
]);
