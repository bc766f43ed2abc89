import type { GuardSettings } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { type ChunkGuard, createChunkGuard } from "./chunk-guard.ts";
import { compileDenyList, maxExpressionMs } from "./deny.ts";
import { createPiiDetector } from "./pii/index.ts";
import { createPlaceholders, type Placeholders } from "./placeholders.ts";
import { type Span, withoutOverlaps } from "./span.ts";
import { type AnswerDeny, blotted, createTextChannel, type TextChannel } from "./text-channel.ts";
import { changeTexts } from "./walk.ts";

/** How often a guard found something, and what it did. Never what it found. */
export interface GuardFinding {
  readonly guard: "pii" | "deny" | "cost";
  /** EMAIL, PHONE …, TERM, COST. */
  readonly kind: string;
  readonly action: "mask" | "refuse" | "log";
  readonly count: number;
}

export interface GuardedCall {
  /** Where the call goes: `none` = it is answered here. */
  readonly location: "none" | "local" | "external";
  /** US dollars, as estimated before the call; null = unknown. */
  readonly estimatedCostUsd: number | null;
}

/** A request that passed, and the way back for its answer. Belongs to one call. */
export interface GuardedRequest<Body> {
  /** What may be sent: the same object where nothing was masked. */
  readonly body: Body;
  readonly isMasked: boolean;
  /** false = the answer needs nothing done: it may pass byte for byte. */
  readonly isAnswerGuarded: boolean;
  /** So far: those of the answer come as it does. */
  findings(): readonly GuardFinding[];
  /** A whole answer. @throws AppError `guard_refused`. */
  restoreJson<Answer>(answer: Answer): Answer;
  /** One text of a streamed answer, piece by piece. @throws AppError `guard_refused`. */
  restoreStream(): TextChannel;
  /** The chunks of a streamed chat answer. @throws AppError `guard_refused`. */
  restoreChunks(): ChunkGuard;
}

export interface GuardChain {
  /** false = nothing is switched on: `request` does nothing. */
  readonly isActive: boolean;
  /**
   * Checks a body of any endpoint.
   * @throws AppError `guard_refused` with `params.guard`: `pii`, `deny`, `cost`, or `other` when a guard failed: what
   *   could not be checked is not sent.
   */
  request<Body extends object>(body: Body, call: GuardedCall): GuardedRequest<Body>;
}

/** @throws DenyPatternError for a term that is no pattern. */
export function createGuardChain(settings: GuardSettings): GuardChain {
  const { cost, deny, pii } = settings;
  const denyList = deny.mode === "off" || deny.terms.length === 0 ? null : compileDenyList(deny.terms);
  const inRequest = deny.applies_to === "response" ? null : denyList;
  const inAnswer = deny.applies_to === "request" ? null : denyList;
  const detectPii = pii.mode === "off" || pii.kinds.length === 0 ? null : createPiiDetector(pii.kinds, pii.names);
  const isActive = denyList !== null || detectPii !== null || (cost.mode !== "off" && cost.max_usd !== null);

  function check<Body extends object>(body: Body, call: GuardedCall): GuardedRequest<Body> {
    const findings = createFindings();
    checkCost(settings, call, findings);
    const isPiiChecked = pii.providers === "all" ? call.location !== "none" : call.location === "external";
    const deadlineMs = performance.now() + maxExpressionMs;
    const findDenied = (text: string) => inRequest?.find(text, deadlineMs) ?? [];
    const pieces: readonly GuardedDetector[] = [
      ...(inRequest ? [guarded("deny", deny.mode, findDenied, findings)] : []),
      ...(detectPii && isPiiChecked ? [guarded("pii", pii.mode, detectPii, findings)] : []),
    ];
    const { body: sent, placeholders } = pieces.length === 0 ? untouched(body) : masked(body, pieces);
    return answerGuards(sent, body !== sent, placeholders, answerDeny(findings), findings);
  }

  function answerDeny(findings: Findings): AnswerDeny | null {
    if (!inAnswer || deny.mode === "off") return null;
    const { mode } = deny;
    return {
      list: inAnswer,
      mode,
      onFound(spans) {
        findings.add("deny", mode, spans);
        if (mode === "refuse" && spans.length > 0) throw refused("deny");
      },
    };
  }

  return { isActive, request: (body, call) => failingClosed(() => check(body, call)) };
}

function checkCost({ cost }: GuardSettings, call: GuardedCall, findings: Findings): void {
  if (cost.mode === "off" || cost.max_usd === null || call.location === "none") return;
  const isFree = call.estimatedCostUsd === null && call.location === "local"; // our own machines have no price
  const isWithin = call.estimatedCostUsd !== null && call.estimatedCostUsd <= cost.max_usd;
  if (isFree || isWithin) return;
  findings.add("cost", cost.mode, [{ start: 0, end: 0, kind: "COST", identity: "" }]);
  if (cost.mode === "refuse") throw refused("cost");
}

type GuardedDetector = (text: string, isName?: boolean) => Span[];

/**
 * A detector that counts what it finds, and hands on what is to be masked.
 * @throws AppError in mode `refuse`, and for the name of a field to be masked: a schema would no longer be the same.
 */
const guarded =
  (
    guard: "pii" | "deny",
    mode: "off" | "mask" | "refuse" | "log",
    find: (text: string) => readonly Span[],
    findings: Findings,
  ) =>
  (text: string, isName = false): Span[] => {
    const spans = find(text);
    if (mode === "off" || spans.length === 0) return [];
    const action = mode === "mask" && isName ? "refuse" : mode;
    findings.add(guard, action, spans);
    if (action === "refuse") throw refused(guard);
    return mode === "mask" ? [...spans] : [];
  };

function masked<Body extends object>(body: Body, detectors: readonly GuardedDetector[]) {
  const texts: string[] = [];
  const spans = new Map<string, Span[]>();
  const names = new Set<string>();
  const note = (text: string) => {
    texts.push(text);
    if (!spans.has(text)) spans.set(text, withoutOverlaps(detectors.map((find) => find(text))));
    return text;
  };
  changeTexts(body, note, (name) => {
    if (!names.has(name)) for (const find of detectors) find(name, true);
    names.add(name);
  });
  const placeholders = createPlaceholders([...texts, ...names]);
  const sent = changeTexts(body, (text) => {
    const own = spans.get(text) ?? [];
    return own.length === 0 ? text : placeholders.mask(text, own);
  });
  return { body: sent, placeholders };
}
const untouched = <Body extends object>(body: Body) => ({ body, placeholders: createPlaceholders([]) });

function answerGuards<Body>(
  body: Body,
  isMasked: boolean,
  placeholders: Placeholders,
  deny: AnswerDeny | null,
  findings: Findings,
): GuardedRequest<Body> {
  const channel = (isJson: boolean): TextChannel => {
    const own = createTextChannel(placeholders, deny, isJson ? insideJson : undefined);
    return {
      push: (delta) => failingClosed(() => own.push(delta)),
      end: () => failingClosed(() => own.end()),
    };
  };
  return {
    body,
    isMasked,
    isAnswerGuarded: isMasked || deny !== null,
    findings: () => findings.all(),
    restoreJson: (answer) =>
      failingClosed(() =>
        changeTexts(answer, (text, key) => {
          const spans = deny ? deny.list.find(text) : [];
          deny?.onFound(spans);
          const shown = deny?.mode === "mask" ? blotted(text, spans) : text;
          return placeholders.restore(shown, key === "arguments" ? insideJson : undefined);
        }),
      ),
    restoreStream: () => channel(false),
    restoreChunks: () => createChunkGuard(channel),
  };
}

/** A value put back into the text of a JSON string. */
const insideJson = (value: string): string => JSON.stringify(value).slice(1, -1);

type Findings = ReturnType<typeof createFindings>;
function createFindings() {
  const counts = new Map<string, GuardFinding>();
  return {
    add(guard: GuardFinding["guard"], action: GuardFinding["action"], spans: readonly Span[]): void {
      for (const { kind } of spans) {
        const key = `${guard} ${kind} ${action}`;
        counts.set(key, { guard, kind, action, count: (counts.get(key)?.count ?? 0) + 1 });
      }
    },
    all: () => [...counts.values()],
  };
}

const messages = {
  pii: "The request holds personal data that may not be sent to this provider.",
  deny: "The text holds words that are not allowed.",
  cost: "The call would cost more than is allowed.",
  other: "The call could not be checked, so it was not made.",
};
const refused = (guard: keyof typeof messages, internal: object = {}): AppError =>
  new AppError("guard_refused", messages[guard], { params: { guard }, internal });

/** A guard that fails lets nothing through. Of its error only the kind is kept: a message may quote the text. */
export function failingClosed<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (AppError.is(error)) throw error;
    throw refused("other", { failure: error instanceof Error ? error.name : typeof error });
  }
}
