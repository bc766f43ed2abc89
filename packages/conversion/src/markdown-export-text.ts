import type { Formatting, TextItem } from "./docling-document.ts";

/** Underscores and HTML marks of running text, so that they show as themselves; addresses of images are left alone. */
export function escapeMarkdown(text: string): string {
  const underscores = text
    .split(/(!\[[^\]]*\]\([^)]*\))/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/(?<!\\)_/g, "\\_")))
    .join("");
  return underscores.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Marks of style and link around `text`. Markdown has none for underline, subscript and superscript. */
export function styled(text: string, formatting: Formatting | undefined, hyperlink: string | undefined): string {
  let result = text;
  if (formatting?.bold) result = `**${result}**`;
  if (formatting?.italic) result = `*${result}*`;
  if (formatting?.strikethrough) result = `~~${result}~~`;
  return hyperlink ? `[${result}](${hyperlink})` : result;
}

/**
 * What stands before a list item's text. Markdown's own markers are kept; any other that holds a letter or a digit
 * ("a)", "1.2") follows a dash; an item without one counts when its list does.
 * @param position From 1, in a list that counts; null in another.
 */
export function listMarker({ marker = "" }: TextItem, position: number | null): string {
  if (/^(?:[-*+]|\d+\.)$/.test(marker)) return marker;
  if (/[a-z0-9]/i.test(marker)) return `- ${marker}`;
  return position !== null && marker === "" ? `${position}.` : "-";
}

export function codeText(text: string, isInLine: boolean): string {
  if (isInLine) return `\`${text}\``;
  const fence = "`".repeat(Math.max(3, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length + 1)));
  return `${fence}\n${text}\n${fence}`;
}
