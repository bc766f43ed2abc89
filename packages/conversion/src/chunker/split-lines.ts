import type { TokenCounter } from "./tokenizer.ts";

export interface LineSplitOptions {
  readonly maxTokens: number;
  readonly counter: TokenCounter;
  /** Begins every part: the head of a table. One as long as a part stands in parts of its own at the start, once. */
  readonly prefix: string;
}

/** Packs whole lines (each with its line end) into parts of at most `maxTokens`; only a line longer than that is cut. */
export function splitLines(lines: readonly string[], { maxTokens, counter, prefix }: LineSplitOptions): string[] {
  const prefixTokens = counter.count(prefix);
  const isRepeated = prefixTokens < maxTokens;
  const head = isRepeated ? { text: prefix, tokens: prefixTokens } : { text: "", tokens: 0 };
  const parts = isRepeated ? [] : splitLines([prefix], { maxTokens, counter, prefix: "" });

  let part = { ...head };
  const flush = () => {
    parts.push(part.text);
    part = { ...head };
  };
  for (const line of lines) {
    let rest = line;
    let tokens = counter.count(rest);
    while (tokens > maxTokens - part.tokens) {
      if (tokens + head.tokens <= maxTokens) flush();
      else {
        const taken = fittingStart(rest, maxTokens - part.tokens, counter) || rest.slice(0, 1);
        part.text += `\n${taken}`;
        flush();
        rest = rest.slice(taken.length);
        tokens = counter.count(rest);
      }
    }
    part = { text: part.text + rest, tokens: part.tokens + tokens };
  }
  if (part.text !== "" && part.text !== head.text) parts.push(part.text);
  return parts;
}

/** The longest start of `text` within `maxTokens`, to the last blank in it where there is one. */
function fittingStart(text: string, maxTokens: number, counter: TokenCounter): string {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (counter.count(text.slice(0, middle)) <= maxTokens) low = middle;
    else high = middle - 1;
  }
  const fitting = text.slice(0, low);
  const blank = Math.max(fitting.lastIndexOf(" "), fitting.lastIndexOf("\n"), fitting.lastIndexOf("\t"));
  return blank > 0 ? fitting.slice(0, blank) : fitting;
}
