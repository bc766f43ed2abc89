export {
  buildCitations,
  type CitablePassage,
  type CitationInput,
  type CitedAnswer,
  languageNotices,
} from "./citations.ts";
export { cleanAnswer } from "./clean.ts";
export { deliverableSubject } from "./deliverable-subject.ts";
export {
  answerExtractively,
  type ExtractiveAnswer,
  type ExtractiveInput,
  extractiveEngineVersion,
  extractiveInputFromPrompt,
} from "./extractive/index.ts";
export { type Marker, readMarkers } from "./markers.ts";
export { type BuiltPrompt, buildPrompt, type PromptEvidence, type PromptInput } from "./prompt.ts";
export { isRefusal, refusalText } from "./refusal.ts";
export { type AnswerStream, createAnswerStream } from "./stream.ts";
export { judgeSupport, type SupportSource } from "./support.ts";
