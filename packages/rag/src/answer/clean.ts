import { markerIds, markerOf } from "./markers.ts";

/** Longest tag, bracket and link target that is looked at as one; what is longer is written as plain text. */
const longestTag = 1_000;
const longestBracket = 600;
const longestTarget = 2_100;

const markerContent = /^\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*$/;
/** White space is bounded: three unbounded runs of it in a row would cost the cube of its length. */
const linkTarget =
  /^\([ \t]{0,8}(?:<([^<>\n]*)>|([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))(?:[ \t]{1,8}(?:"[^"\n]*"|'[^'\n]*'))?[ \t]{0,8}\)/;
const allowedUrl = /^(?:https:\/\/|mailto:)[^\s"'<>\\`]+$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const unwanted = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;
/** Taken out before anything is looked at: a tag must not come together when what stood inside it goes. */
const withoutUnwanted = (text: string): string => text.replace(unwanted, "");

/**
 * Cleans model output as it arrives: no raw HTML, no image, links to `https:` and `mailto:` only (their text stays),
 * no control or bidirectional-override character, no marker of a source that does not exist; `[1, 3]` becomes `[1][3]`.
 * Whatever way a text is cut into deltas, the pieces put together are the same: an unfinished construct is held back.
 */
export interface AnswerCleaner {
  /** What can be shown now. */
  push(delta: string): string;
  /** What was held back. Nothing may follow. */
  end(): string;
}

/**
 * @param sourceCount Markers from 1 to here are known.
 * @param numberOf What a known source is called in the text shown; itself, when absent. Asked in the order of the text.
 */
export function createAnswerCleaner(sourceCount: number, numberOf = (id: number): number => id): AnswerCleaner {
  let held = "";
  let lastChar = "\n";
  const take = (isFinal: boolean): string => {
    const scan = scanText(held, { sourceCount, numberOf, isFinal, lastChar });
    held = held.slice(scan.consumed);
    lastChar = scan.lastChar;
    return scan.out;
  };
  return {
    push: (delta) => {
      held += withoutUnwanted(delta);
      return take(false);
    },
    end: () => take(true),
  };
}

/** The same for a text that is there as a whole. */
export const cleanAnswer = (text: string, sourceCount: number): string =>
  scanText(withoutUnwanted(text), { sourceCount, numberOf: (id) => id, isFinal: true, lastChar: "\n" }).out;

interface ScanOptions {
  readonly sourceCount: number;
  readonly numberOf: (id: number) => number;
  readonly isFinal: boolean;
  /** The last character already shown. */
  readonly lastChar: string;
}
/** What stands at one place: what to show for how many characters; null = more text is needed to know. */
type Step = { readonly show: string; readonly advance: number } | null;

function scanText(text: string, options: ScanOptions) {
  let out = "";
  let at = 0;
  let { lastChar } = options;
  while (at < text.length) {
    const step = stepAt(text, at, lastChar, options);
    if (step === null) break;
    at += step.advance;
    out += step.show;
    lastChar = step.show.at(-1) ?? lastChar;
  }
  return { out, consumed: at, lastChar };
}

function stepAt(text: string, at: number, last: string, options: ScanOptions): Step {
  const char = text[at] ?? "";
  const next = text[at + 1];
  const mustWait = next === undefined && !options.isFinal;
  switch (char) {
    case "\\":
      if (mustWait) return null;
      return next !== undefined && "[]!\\".includes(next)
        ? { show: char + next, advance: 2 }
        : { show: char, advance: 1 };
    case "<":
      return mustWait ? null : tagAt(text, at, options.isFinal);
    case "!":
      if (mustWait) return null;
      return next === "[" ? bracketAt(text, at, last, options) : { show: char, advance: 1 };
    case "[": {
      const step = bracketAt(text, at, last, options);
      return step && last === "!" ? { ...step, show: ` ${step.show}` } : step; // a removed tag must not make an image
    }
    case "(":
    case ":":
      return { show: last === "]" ? ` ${char}` : char, advance: 1 }; // neither a link nor a link definition is left
    default:
      return { show: char, advance: 1 };
  }
}

/** A tag or comment is dropped; `<https://…>` keeps its address; any other `<` that could open a tag is escaped. */
function tagAt(text: string, at: number, isFinal: boolean): Step {
  const next = text[at + 1];
  if (next !== undefined && /[\s\d=-]/.test(next)) return { show: "<", advance: 1 };
  const escaped = { show: "&lt;", advance: 1 };
  if (next === undefined || !/[A-Za-z/!?]/.test(next)) return escaped;
  const window = text.slice(at + 1, at + 1 + longestTag);
  const end = window.search(/[<>]/);
  if (end < 0) return !isFinal && window.length < longestTag ? null : escaped;
  if (window[end] === "<") return escaped;
  const inner = window.slice(0, end);
  return { show: allowedUrl.test(inner) ? inner : "", advance: end + 2 };
}

function bracketAt(text: string, at: number, last: string, options: ScanOptions): Step {
  const isImage = text[at] === "!";
  const open = isImage ? at + 1 : at;
  const window = text.slice(open + 1, open + 1 + longestBracket);
  const end = window.search(/(?<!\\)[[\]]|\n\s*\n/);
  const plain = { show: "[", advance: open + 1 - at };
  if (end < 0) return !options.isFinal && window.length < longestBracket ? null : plain;
  if (window[end] !== "]") return plain;
  const close = open + 1 + end;
  const inner = window.slice(0, end);
  const next = text[close + 1];
  if (next === undefined && !options.isFinal) return null;
  if (markerContent.test(inner) && !isImage) {
    const known = markerIds(inner).filter((id) => id >= 1 && id <= options.sourceCount);
    const isGap = known.length === 0 && last === " " && next === " "; // "a [9] b" is left with one space
    return {
      show: known.map((id) => markerOf(options.numberOf(id))).join(""),
      advance: close + 1 - at + (isGap ? 1 : 0),
    };
  }
  const label = scanText(inner, { ...options, isFinal: true, lastChar: "[" }).out;
  const bracketed = { show: `[${label}]`, advance: close + 1 - at };
  if (next !== "(") return bracketed;
  const rest = text.slice(close + 1, close + 1 + longestTarget);
  const target = linkTarget.exec(rest);
  if (target === null) {
    const isOpen = countOf(rest, "(") > countOf(rest, ")") && !rest.includes("\n") && rest.length < longestTarget;
    return isOpen && !options.isFinal ? null : bracketed;
  }
  const url = target[1] ?? target[2] ?? "";
  const isKept = !isImage && allowedUrl.test(url);
  return { show: isKept ? `[${label}](${url})` : label, advance: close + 1 - at + target[0].length };
}

const countOf = (text: string, char: string): number => text.split(char).length - 1;
