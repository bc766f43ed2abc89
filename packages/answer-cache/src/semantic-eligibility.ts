import { foldText } from "@aurora/kernel";
import { isComparedLanguage, maxQuestionChars } from "./decision.ts";

export interface SemanticCall {
  readonly question: string;
  readonly language: string;
  /** Signed: the answer draws on documents, not on who asks. */
  readonly hasEvidence: boolean;
  readonly temperature: number | null;
  readonly n: number | null;
  readonly hasTools: boolean;
  /** Some message holds something else than text. */
  readonly hasMedia: boolean;
  /** Messages of a user before the question: the question was not rewritten to stand alone. */
  readonly earlierTurns: number;
  readonly asksForLogprobs: boolean;
  /** The engine gives the same answer whatever the temperature. */
  readonly isDeterministic: boolean;
}
export type NotComparedReason =
  | "no_evidence"
  | "language"
  | "too_long"
  | "temperature"
  | "several_choices"
  | "tools"
  | "media"
  | "history"
  | "logprobs"
  | "relative_time"
  | "code";

/** Words whose meaning depends on the day they are said. Folded. */
const relativeTime = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[
    "aujourd'hui|hier|avant-hier|demain|maintenant|actuellement|en ce moment|en cours|recemment|bientot|dernierement",
    "(?:ce|cette|cet) (?:mois|semaine|annee|trimestre|semestre|matin|soir|jour|apres-midi|ete|hiver)",
    "(?:mois|semaine|annee|an|trimestre|semestre|jour)s? (?:dernier|derniere|passe|passee|prochain|prochaine|precedent|precedente)s?",
    "(?:dernier|derniere|prochain|prochaine)s? (?:mois|semaine|annee|trimestre|semestre|jour|heure)s?",
    "today|yesterday|tomorrow|now|currently|right now|recently|lately|soon|nowadays|at the moment",
    "(?:this|last|next|current|past|previous|coming) (?:month|week|year|quarter|semester|morning|evening|day|summer|winter|hour)s?",
  ].join("|")})(?![\\p{L}\\p{N}])`,
  "u",
);
const code =
  /```|[{};]\s*$|=>|<\/?[a-z]+>|\b(?:select|insert|update|delete)\b.*\b(?:from|into|set|where)\b.*[;=*]|\w+\(\w*\)/imu;

/** Null when a call may be answered, and its answer kept, by likeness; else why not. */
export function whyNotCompared(
  call: SemanticCall,
  policy: { readonly storeAnyTemperature: boolean },
): NotComparedReason | null {
  if (!call.hasEvidence) return "no_evidence";
  if (!isComparedLanguage(call.language)) return "language";
  if (call.question.length > maxQuestionChars) return "too_long";
  if (!call.isDeterministic && call.temperature !== 0 && !policy.storeAnyTemperature) return "temperature";
  if ((call.n ?? 1) > 1) return "several_choices";
  if (call.hasTools) return "tools";
  if (call.hasMedia) return "media";
  if (call.earlierTurns > 0) return "history";
  if (call.asksForLogprobs) return "logprobs";
  if (relativeTime.test(foldText(call.question).replace(/’/gu, "'"))) return "relative_time";
  if (code.test(call.question)) return "code";
  return null;
}
