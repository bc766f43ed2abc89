import { stripVTControlCharacters } from "node:util";

/** A failure that is told to the person at the terminal as one sentence, with no stack. */
export class UserError extends Error {}

export interface Terminal {
  /** One finished step. */
  done(text: string): void;
  note(text: string): void;
  problem(text: string): void;
  /** Free text, as it is. */
  write(text: string): void;
}

/** Everything the launcher says goes to one stream: stderr for the doors (their stdout is data), stdout for `up`. */
export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  const colour = (code: number, text: string) => (stream.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string) => stream.write(`${stream.isTTY ? text : stripVTControlCharacters(text)}\n`);
  return {
    done: (text) => line(`${colour(32, "✓")} ${text}`),
    note: (text) => line(`${colour(2, "·")} ${text}`),
    problem: (text) => line(`${colour(31, "✗")} ${text}`),
    write: line,
  };
}
