import { allTexts, attribute, type DomElement, type DomNode, findWhere, isElement, isText } from "./dom.ts";

/** LaTeX of a MathML formula: its own TeX annotation where it has one, else made of the presentation elements. */
export function latexOf(math: DomElement): { latex: string; duplicate: string } {
  const annotation = findWhere(
    math,
    (element) => element.tagName === "annotation" && /tex/i.test(attribute(element, "encoding") ?? ""),
  );
  const written = annotation?.childNodes
    .map((node) => (isText(node) ? node.value : ""))
    .join("")
    .trim();
  const whole = allTexts(math).join(" ");
  if (written) {
    const latex = written.replace(/^\{\\displaystyle\s+([\s\S]*)\}$/, "$1").trim();
    return { latex, duplicate: whole.replace(latex, " ") };
  }
  return { latex: children(math).map(convert).join(" ").replace(/\s+/g, " ").trim(), duplicate: "" };
}

const children = (element: DomElement): DomNode[] =>
  element.childNodes.filter((node) => !isText(node) || node.value.trim() !== "");

const escapes: Record<string, string> = { "%": "\\%", "#": "\\#", "&": "\\&", _: "\\_", "{": "\\{", "}": "\\}" };
const escaped = (text: string): string => text.trim().replace(/[%#&_{}]/g, (mark) => escapes[mark] ?? mark);

const braced = (text: string): string => (text.length === 1 ? text : `{${text}}`);

function convert(node: DomNode): string {
  if (isText(node)) return escaped(node.value);
  if (!isElement(node) || node.tagName.startsWith("annotation")) return "";
  const parts = children(node).map(convert);
  const [first = "", second = "", third = ""] = parts;
  switch (node.tagName) {
    case "mfrac":
      return `\\frac{${first}}{${second}}`;
    case "msqrt":
      return `\\sqrt{${parts.join(" ")}}`;
    case "mroot":
      return `\\sqrt[${second}]{${first}}`;
    case "msup":
    case "mover":
      return `${braced(first)}^${braced(second)}`;
    case "msub":
    case "munder":
      return `${braced(first)}_${braced(second)}`;
    case "msubsup":
    case "munderover":
      return `${braced(first)}_${braced(second)}^${braced(third)}`;
    case "mtable":
      return `\\begin{matrix} ${parts.join(" \\\\ ")} \\end{matrix}`;
    case "mtr":
      return parts.join(" & ");
    case "mtext":
      return `\\text{${parts.join("")}}`;
    default:
      return parts.join(" ");
  }
}
