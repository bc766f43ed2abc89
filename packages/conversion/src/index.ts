export { chunkForIndex, type IndexChunkOptions } from "./chunker/index-profile.ts";
export { sentencesOf } from "./chunker/sentences.ts";
export { detectType, type FileType } from "./detect-type.ts";
export * from "./docling-document.ts";
export { documentLanguage, guessLanguage } from "./language.ts";
export { toMarkdown } from "./markdown-export.ts";
export * from "./port.ts";
