import { allTexts, attribute, type DomElement, type DomNode, findWhere, isElement, isText } from "./dom.ts";

/** An element of MathML, from whatever parser; its name may bear a prefix. */
export interface MathElement {
  readonly name: string;
  readonly children: readonly (MathElement | string)[];
}

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
  return { latex: latexOfElements(mathElement(math)), duplicate: "" };
}

/** LaTeX made of presentation elements alone. */
export const latexOfElements = (math: MathElement): string =>
  filled(math).map(convert).join(" ").replace(/\s+/g, " ").trim();

const mathElement = (element: DomElement): MathElement => ({
  name: element.tagName,
  children: element.childNodes.flatMap((node: DomNode): (MathElement | string)[] =>
    isText(node) ? [node.value] : isElement(node) ? [mathElement(node)] : [],
  ),
});

const filled = (element: MathElement) =>
  element.children.filter((node) => typeof node !== "string" || node.trim() !== "");

const escapes: Record<string, string> = { "%": "\\%", "#": "\\#", "&": "\\&", _: "\\_", "{": "\\{", "}": "\\}" };
const escaped = (text: string): string => text.trim().replace(/[%#&_{}]/g, (mark) => escapes[mark] ?? mark);

const braced = (text: string): string => (text.length === 1 ? text : `{${text}}`);

function convert(node: MathElement | string): string {
  if (typeof node === "string") return escaped(node);
  const name = node.name.replace(/^.*:/, "");
  if (name.startsWith("annotation")) return "";
  const parts = filled(node).map(convert);
  const [first = "", second = "", third = ""] = parts;
  switch (name) {
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
