import { parsePrompt } from "@aurora/contracts";
import type { WordVectors } from "@aurora/llm";
import { readMarkers } from "../markers.ts";
import { refusalText } from "../refusal.ts";
import { answerDeliverable, type PlacedEvidence } from "./deliverable.ts";
import { answerFact } from "./fact.ts";
import { readQuestion } from "./question.ts";
import { rankCandidates } from "./score.ts";

/** Part of every cache key: raised with every change of what is answered. */
export const extractiveEngineVersion = "aurora/extractive@2";

export interface ExtractiveInput {
  readonly question: string;
  /** Language the answer is wanted in; quotations stay in their own. */
  readonly language: string;
  /** Best first. */
  readonly evidence: readonly PlacedEvidence[];
  /** Finds near-synonyms and translations; null = words alone. */
  readonly wordVectors?: WordVectors | null;
}
export interface ExtractiveAnswer {
  readonly kind: "answered" | "no_sources";
  readonly text: string;
  /** The text piece by piece, one a sentence, as it is streamed. Joined, they are `text`. */
  readonly pieces: readonly string[];
  readonly finishReason: "stop";
  /** Which sources are cited, from 1, in order of first mention. */
  readonly cited: readonly number[];
}

/**
 * Least share of the question's words in and around the best sentence. Of 200 questions each of fr_piaf and en_xquad,
 * .35 answers .92 and .97 when the passage is among five, and refuses .43 and .64 when the five nearest others are given:
 * a second net behind the retriever's own decision, so it leans to answering.
 */
const minCoverage = 0.35;
/** What the lack of the kind of thing asked for (a number, a date…) takes off the coverage when it is held against the least one. */
const missedCue = 0.1;
/** A deliverable is about its evidence as a whole: it is refused only when its subject is nowhere in it. */
const minDeliverableCoverage = 0.15;

/**
 * Answers with the documents' own sentences, each followed by its marker; nothing is rephrased. Pure and deterministic;
 * the cost is linear in the evidence (5 ms a kilobyte with word vectors).
 */
export function answerExtractively(input: ExtractiveInput): ExtractiveAnswer {
  const { language, evidence, wordVectors = null } = input;
  const question = readQuestion(input.question, language);
  const ranked = rankCandidates(question, evidence, wordVectors);
  const best = Math.max(0, ...ranked.map(({ coverage, isCueMissed }) => coverage - (isCueMissed ? missedCue : 0)));
  const isSubjectless = question.words.length === 0;
  const needed = question.isDeliverable ? minDeliverableCoverage : minCoverage;
  if (ranked.length === 0 || (best < needed && !(question.isDeliverable && isSubjectless))) return refuse(language);
  const pieces = question.isDeliverable
    ? answerDeliverable(evidence, question, ranked, language)
    : answerFact(question, ranked, language);
  const text = pieces.join("");
  if (text.trim() === "") return refuse(language);
  const cited = [...new Set(readMarkers(text).flatMap(({ ids }) => ids))];
  return { kind: "answered", text, pieces, finishReason: "stop", cited };
}

/** The same for a caller that sent messages only: reads the delimited prompt; null when it is none. */
export function extractiveInputFromPrompt(userMessage: string): ExtractiveInput | null {
  const prompt = parsePrompt(userMessage);
  return prompt && { question: prompt.question, language: prompt.language, evidence: prompt.sources };
}

function refuse(language: string): ExtractiveAnswer {
  const text = refusalText(language);
  return { kind: "no_sources", text, pieces: [text], finishReason: "stop", cited: [] };
}
