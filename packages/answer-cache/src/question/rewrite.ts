import { type Lexicon, lexicons } from "./lexicon.ts";
import { requiredTexts } from "./required-text.ts";
import { type QuestionLanguage, type Token, tokenOf } from "./token.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly replacement: readonly string[];
  readonly isAtStart: boolean;
  /** One of these is in every text that matches; null = unknown. */
  readonly required: readonly string[] | null;
}

/** A pattern stands for whole words; `^` for the beginning of the question or of what follows a comma. */
function compile(pattern: string, replacement: string): Rule {
  const body = pattern.replace(/^\^/u, "");
  const isAtStart = pattern.startsWith("^");
  const end = endsInBlank(body) ? "" : "(?= |$)";
  return {
    pattern: new RegExp(isAtStart ? `(?:${body})${end}` : `(?<= )(?:${body})${end}`, isAtStart ? "duy" : "du"),
    replacement: replacement.split(" ").filter(Boolean),
    isAtStart,
    required: requiredTexts(body),
  };
}

/** At the beginning, then behind each comma. */
function firstMatch({ pattern, isAtStart }: Rule, joined: string): RegExpExecArray | null {
  if (!isAtStart) return pattern.exec(joined);
  for (let at = 1; at > 0 && at < joined.length; at = joined.indexOf(" , ", at) + 3) {
    pattern.lastIndex = at;
    const match = pattern.exec(joined);
    if (match || joined.indexOf(" , ", at) < 0) return match;
  }
  return null;
}

/** What follows is stated by a look-ahead behind a blank, or the blank is the end. */
function endsInBlank(body: string): boolean {
  if (body.endsWith(" ")) return true;
  if (!body.endsWith(")")) return false;
  let depth = 0;
  for (let at = body.length - 1; at >= 0; at--) {
    if (body[at] === ")") depth++;
    if (body[at] === "(" && --depth === 0) return body.startsWith("(?=", at) && (at === 0 || body[at - 1] === " ");
  }
  return false;
}

const compiled = new Map<Lexicon, readonly Rule[]>();
function rulesOf(language: QuestionLanguage): readonly Rule[] {
  const lexicon = lexicons[language];
  const known = compiled.get(lexicon);
  if (known) return known;
  const expressions = lexicon.expressions
    .flatMap((line) => {
      const [name = "", forms = ""] = line.split(/: (.*)/su);
      return forms.split(" | ").map((form) => [form.trim(), name] as const);
    })
    .sort(([a], [b]) => b.split(" ").length - a.split(" ").length);
  const rules = [...expressions, ...lexicon.rules].map(([pattern, replacement]) => compile(pattern, replacement));
  compiled.set(lexicon, rules);
  return rules;
}

const maxTimes = 8;

/** Applies every rule, in order, as often as it matches. */
export function rewrite(tokens: readonly Token[], language: QuestionLanguage): Token[] {
  let current = [...tokens];
  let joined = joinedOf(current);
  for (const rule of rulesOf(language)) {
    if (rule.required && !rule.required.some((text) => joined.includes(text))) continue;
    for (let times = 0; times < maxTimes; times++) {
      const match = firstMatch(rule, joined);
      if (!match?.indices) break;
      const next = replaced(current, match, rule.replacement);
      const nextJoined = joinedOf(next);
      if (nextJoined === joined) break;
      current = next;
      joined = nextJoined;
    }
  }
  return current;
}

const joinedOf = (tokens: readonly Token[]) => ` ${tokens.map(({ fold }) => fold).join(" ")} `;

function replaced(tokens: readonly Token[], match: RegExpExecArray, replacement: readonly string[]): Token[] {
  const positions: number[] = [];
  let position = 1;
  for (const { fold } of tokens) {
    positions.push(position);
    position += fold.length + 1;
  }
  const range = ([from, to]: readonly [number, number]): Token[] =>
    tokens.filter((_token, index) => {
      const at = positions[index] ?? 0;
      return at >= from && at < to;
    });
  const [from, to] = match.indices?.[0] ?? [0, 0];
  const put = replacement.flatMap((item) => {
    const group = /^\$(\d)$/u.exec(item);
    if (!group) return [tokenOf(item)];
    const indices = match.indices?.[Number(group[1])];
    return indices ? range(indices) : [];
  });
  const before = tokens.filter((_token, index) => (positions[index] ?? 0) < from);
  const after = tokens.filter((_token, index) => (positions[index] ?? 0) >= Math.max(to, from));
  return [...before, ...put, ...after];
}
