import type { DenyList } from "./deny.ts";
import type { Placeholders } from "./placeholders.ts";
import type { Span } from "./span.ts";

/** One text of an answer that comes in pieces: what may be shown of it so far. */
export interface TextChannel {
  push(delta: string): string;
  /** The rest. */
  end(): string;
}

export interface AnswerDeny {
  readonly list: DenyList;
  readonly mode: "mask" | "refuse" | "log";
  /** Told of every finding once. @throws AppError where the answer is to end. */
  onFound(spans: readonly Span[]): void;
}

/** What stands in the place of a word that may not be shown. */
export const blot = "█████";

/**
 * Puts values back in the place of their placeholders, also when one is cut between two pieces, and looks for denied
 * words. Held back: the beginning of a placeholder; as many characters as a denied term may have.
 */
export function createTextChannel(
  placeholders: Placeholders,
  deny: AnswerDeny | null,
  write?: (value: string) => string,
): TextChannel {
  let pending = "";
  let before = ""; // the character before `pending`: a word may not begin behind a letter
  let heldUntilChars = 0; // of `pending`, while a match longer than the window grows: not searched anew at every piece
  let whole = ""; // of an answer that is only watched
  const watched = deny?.mode === "log" ? deny : null;
  const held = deny !== null && deny.mode !== "log" ? deny : null;

  function take(isEnd: boolean): string {
    if (!isEnd && pending.length < heldUntilChars) return "";
    const text = before + pending;
    let cut = isEnd ? text.length : Math.max(before.length, text.length - (held?.list.windowChars ?? 0));
    const spans = held ? held.list.find(text).filter(({ end }) => end > before.length) : [];
    const across = spans.find(({ end, start }) => start < cut && end > cut);
    if (across) cut = Math.max(before.length, across.start);
    const found = spans.filter(({ end }) => end <= cut);
    if (!isEnd) cut -= placeholders.openEnd(text.slice(before.length, cut));
    const ready = found.filter(({ end }) => end <= cut);
    if (held && ready.length > 0) held.onFound(ready);
    const shown = blotted(text.slice(0, cut), ready).slice(before.length);
    pending = text.slice(cut);
    heldUntilChars = held && across && pending.length > 2 * held.list.windowChars ? 2 * pending.length : 0;
    before = cut > before.length ? (text[cut - 1] ?? "") : before;
    return placeholders.restore(shown, write);
  }

  return {
    push(delta) {
      pending += delta;
      if (watched) whole += delta;
      return take(false);
    },
    end() {
      if (watched) watched.onFound(watched.list.find(whole));
      return take(true);
    },
  };
}

export function blotted(text: string, spans: readonly Span[]): string {
  let shown = "";
  let from = 0;
  for (const { end, start } of spans) {
    shown += text.slice(from, start) + blot;
    from = end;
  }
  return shown + text.slice(from);
}
