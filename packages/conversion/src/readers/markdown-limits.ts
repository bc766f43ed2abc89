import { AppError } from "@aurora/kernel";

/** Quotes and list items one inside another: the parser's time grows with their square. */
const deepestBlocks = 200;
/** Marks in one paragraph that may open a link, an emphasis or a tag: as well, each is held against all before it. */
const mostOpeners = 10_000;

const container = /[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))/y;
const fenceLine = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const rule = /^[ \t]*([-*_])(?:[ \t]*\1)*[ \t]*$/;

/**
 * Looks once over a Markdown file for what would keep its parser busy for minutes.
 * @throws AppError `document_too_complex`.
 */
export function checkMarkdown(source: string): void {
  const open: number[] = []; // columns of the markers a line may stand in
  let openers = 0;
  let fence = ""; // the one that is open: code has no marks
  for (const line of source.split("\n")) {
    const mark = fenceLine.exec(line);
    if (fence !== "") {
      if (mark?.[1]?.startsWith(fence) && mark[2]?.trim() === "") fence = "";
      continue;
    }
    if (mark && !(mark[1]?.startsWith("`") && mark[2]?.includes("`"))) fence = mark[1] ?? "";
    // each row of a table and each item of a list is read by itself
    if (line.trim() === "" || /^ {0,3}\||^\s*(?:[-+*]|\d{1,9}[.)])\s/.test(line)) openers = 0;
    if (line.trim() === "" || fence !== "") continue;
    openers += countOpeners(line);
    if (openers > mostOpeners) throw tooComplex(mostOpeners);
    if (rule.test(line)) continue;
    for (container.lastIndex = 0; container.test(line); ) {
      const column = container.lastIndex - 1;
      while ((open.at(-1) ?? -1) >= column) open.pop();
      if (open.push(column) > deepestBlocks) throw tooComplex(deepestBlocks);
    }
  }
}

/** Backticks in a row open one code span together. */
function countOpeners(line: string): number {
  let count = 0;
  for (let at = 0; at < line.length; at++) {
    const mark = line.charAt(at);
    if ("[*_~<".includes(mark) || (mark === "`" && line.charAt(at - 1) !== "`")) count++;
  }
  return count;
}

const tooComplex = (limit: number) =>
  new AppError("document_too_complex", "The document's structure is too large.", { params: { limit } });
