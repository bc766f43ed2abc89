import type { Span } from "../span.ts";

const local = /[\p{L}\p{N}._%+'-]/u;
const domain = /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}[\p{L}\p{N}-]{0,22}\p{L}/uy;
const maxLocalChars = 64; // RFC 5321, 4.5.3.1.1

/** E-mail addresses in their usual form (RFC 5322 dot-atom); no quoted local parts, no addresses at a number. */
export function findEmails(text: string): Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > 0 && at - start < maxLocalChars && local.test(text[start - 1] ?? "")) start--;
    while (start < at && /[.'%-]/.test(text[start] ?? "")) start++; // a quotation mark or a dash before it
    domain.lastIndex = at + 1;
    const [name] = (start < at && domain.exec(text)) || [];
    if (name === undefined) continue;
    const end = at + 1 + name.length;
    found.push({ start, end, kind: "EMAIL", identity: text.slice(start, end).toLowerCase() });
  }
  return found;
}
