/**
 * How a question and its CONTEXT are written into one user message, and read back.
 *
 * ```
 * @@@ QUESTION {"language":"fr"}
 * …
 * @@@ END QUESTION
 * @@@ CONTEXT
 * @@@ SOURCE [1] {"id":"<chunk id>","title":"…","headings":["…"],"page":3,"language":"fr"}
 * …
 * @@@ END SOURCE [1]
 * @@@ END CONTEXT
 * ```
 *
 * Two rules keep document text from becoming structure, wherever in a line it stands, and both can be undone:
 * a run of three or more `@` gets one more backslash before it (so it opens or closes nothing), and a bracketed
 * number gets one more backslash before each bracket (`[2]` → `\[2\]`, Markdown's own escape), so a document can
 * neither end its SOURCE nor lend itself another source's marker.
 */
// Every run of backslashes is entered at its first one only: from each of them, a long run would cost its square.
const delimiterRun = /(?<!\\)\\*@{3,}/g;
const escapedDelimiterRun = /(?<!\\)\\(\\*@{3,})/g;
const numbers = String.raw`\s*\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*\s*`;
const bracketedNumber = new RegExp(String.raw`(?<!\\)(\\*)\[(${numbers})(\\*)\]`, "g");
const escapedBracketedNumber = new RegExp(String.raw`(?<!\\)\\(\\*)\[(${numbers})\\(\\*)\]`, "g");

/** `[2]`, `[1, 3]`, `[2–4]` in text that is quoted, not cited: written so that no reader takes them for markers. */
export const escapeMarkers = (text: string): string => text.replace(bracketedNumber, "$1\\[$2$3\\]");
export const unescapeMarkers = (text: string): string => text.replace(escapedBracketedNumber, "$1[$2$3]");

export const escapeContext = (text: string): string => escapeMarkers(text.replace(delimiterRun, (run) => `\\${run}`));
export const unescapeContext = (text: string): string => unescapeMarkers(text).replace(escapedDelimiterRun, "$1");

export interface PromptSource {
  /** Stable id of the chunk. */
  readonly id: string;
  readonly title: string;
  readonly headings: readonly string[];
  readonly page: number | null;
  readonly language: string | null;
  readonly text: string;
}
export interface Prompt {
  readonly question: string;
  /** Language the answer is wanted in. */
  readonly language: string;
  /** Source i is cited as `[i + 1]`. */
  readonly sources: readonly PromptSource[];
}

/** Equal prompts, equal text: nothing but the arguments goes in. */
export function renderPrompt({ question, language, sources }: Prompt): string {
  const lines = [
    `@@@ QUESTION ${attributes({ language })}`,
    escapeContext(question),
    "@@@ END QUESTION",
    "@@@ CONTEXT",
  ];
  for (const [index, { id, title, headings, page, language, text }] of sources.entries()) {
    lines.push(`@@@ SOURCE [${index + 1}] ${attributes({ id, title, headings, page, language })}`);
    lines.push(escapeContext(text), `@@@ END SOURCE [${index + 1}]`);
  }
  lines.push("@@@ END CONTEXT");
  return lines.join("\n");
}
const attributes = (value: object): string => escapeContext(JSON.stringify(value));

const wholePrompt =
  /^@@@ QUESTION (?<head>\{[^\n]*\})\n(?<question>[\s\S]*?)\n@@@ END QUESTION\n@@@ CONTEXT\n(?<context>[\s\S]*?)@@@ END CONTEXT$/;
const oneSource = /@@@ SOURCE \[(\d+)\] (\{[^\n]*\})\n([\s\S]*?)\n@@@ END SOURCE \[\1\]\n/y;

/** Reads what `renderPrompt` wrote; null for any text that is not exactly of that form. */
export function parsePrompt(text: string): Prompt | null {
  const groups = wholePrompt.exec(text.trim())?.groups;
  const head = readObject(groups?.head);
  if (!groups || !head) return null;
  const context = groups.context ?? "";
  const sources: PromptSource[] = [];
  oneSource.lastIndex = 0;
  while (oneSource.lastIndex < context.length) {
    const match = oneSource.exec(context);
    const source = readObject(match?.[2]);
    if (!match || !source || Number(match[1]) !== sources.length + 1) return null;
    sources.push({
      id: String(source.id ?? ""),
      title: String(source.title ?? ""),
      headings: Array.isArray(source.headings) ? source.headings.map(String) : [],
      page: typeof source.page === "number" ? source.page : null,
      language: typeof source.language === "string" ? source.language : null,
      text: unescapeContext(match[3] ?? ""),
    });
  }
  return { question: unescapeContext(groups.question ?? ""), language: String(head.language ?? ""), sources };
}

function readObject(escaped: string | undefined): Record<string, unknown> | null {
  if (escaped === undefined) return null;
  try {
    const value: unknown = JSON.parse(unescapeContext(escaped));
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
