import { AppError } from "@aurora/kernel";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";

/** What a chunker needs of a tokenizer. */
export interface TokenCounter {
  /** Tokens of `text` alone: no markers of its start and end. */
  count(text: string): number;
  /** UTF-16 units of the longest token of the vocabulary. */
  readonly longestToken: number;
}

const rememberedTexts = 4_096;

/**
 * A tokenizer of the form that Hugging Face's `tokenizer.json` has.
 * @throws AppError `invalid_input` for another form, or a kind of tokenizer that is not known.
 */
export function createTokenCounter(tokenizerJson: string): TokenCounter {
  let tokenizer: HubTokenizer;
  let longestToken = 0;
  try {
    const definition = JSON.parse(tokenizerJson) as { model?: { vocab?: unknown } };
    tokenizer = new HubTokenizer(definition, {});
    tokenizer.tokenize("test");
    longestToken = longestOf(definition.model?.vocab);
  } catch (error) {
    throw new AppError("invalid_input", "The tokenizer is not a tokenizer.json that can be read.", { cause: error });
  }
  const remembered = new Map<string, number>(); // the chunkers ask for the same heads and parts again and again
  return {
    longestToken,
    count(text) {
      const known = remembered.get(text);
      if (known !== undefined) return known;
      const count = text === "" ? 0 : tokenizer.tokenize(text).length;
      if (remembered.size >= rememberedTexts) remembered.clear();
      if (text.length < 10_000) remembered.set(text, count);
      return count;
    },
  };
}

/** `{token: id}` (WordPiece, BPE) or `[[token, score], …]` (Unigram). */
function longestOf(vocabulary: unknown): number {
  const tokens = Array.isArray(vocabulary)
    ? vocabulary.map((entry) => String(Array.isArray(entry) ? entry[0] : entry))
    : Object.keys((vocabulary as object | undefined) ?? {});
  return tokens.reduce((longest, token) => Math.max(longest, token.length), 1);
}
