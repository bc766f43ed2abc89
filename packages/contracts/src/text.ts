import { z } from "zod";

/** What is no text, and no store can hold: NUL, and halves of a surrogate pair. */
const broken = /[\0\p{Surrogate}]/u;
export const isBrokenText = (text: string): boolean => broken.test(text);

/** Line breaks and tabs among them: what is shown on one line has no use for any. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const controls = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** One line as it may be shown: no control character, and none that turns the direction of the text around it. */
export const lineOf = (text: string): string => text.replace(/\s+/gu, " ").replace(controls, "").trim();

/** A title, a name, a file's name: `lineOf` what was sent. */
export const Line = (maxChars: number) => z.string().overwrite(lineOf).min(1).max(maxChars);
