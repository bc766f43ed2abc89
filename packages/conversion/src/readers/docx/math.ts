import { attribute, child, elements, path, textContent, type XmlElement } from "../xml.ts";

const symbols: Record<string, string> = {
  "∑": "\\sum",
  "∫": "\\int",
  "∏": "\\prod",
  "∞": "\\infty ",
  π: "\\pi ",
  "±": "\\pm ",
  "×": "\\times ",
  "·": "\\cdot ",
  "≤": "\\leq ",
  "≥": "\\geq ",
  "≠": "\\neq ",
  "≈": "\\approx ",
  "→": "\\rightarrow ",
  "∈": "\\in ",
  "∂": "\\partial ",
  α: "\\alpha ",
  β: "\\beta ",
  γ: "\\gamma ",
  δ: "\\delta ",
  ε: "\\epsilon ",
  θ: "\\theta ",
  λ: "\\lambda ",
  μ: "\\mu ",
  σ: "\\sigma ",
  φ: "\\phi ",
  ω: "\\omega ",
  Δ: "\\Delta ",
  Σ: "\\Sigma ",
  Ω: "\\Omega ",
};
const functions =
  /^(?:sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh|log|ln|exp|min|max|lim|sup|inf|det|gcd)$/;

/** Office math (ECMA-376 part 1, 22.1) as LaTeX. */
export function toLatex(node: XmlElement): string {
  const part = (name: string): string => {
    const inner = child(node, name);
    return inner ? inside(inner) : "";
  };
  switch (node.name) {
    case "m:r":
      return elements(node)
        .filter((run) => run.name === "m:t")
        .map((run) => escaped(textContent(run)))
        .join("");
    case "m:f":
      return attribute(path(node, "m:fPr", "m:type"), "m:val") === "noBar"
        ? `\\genfrac{}{}{0pt}{}{${part("m:num")}}{${part("m:den")}}`
        : `\\frac{${part("m:num")}}{${part("m:den")}}`;
    case "m:sSup":
      return `${part("m:e")}^{${part("m:sup")}}`;
    case "m:sSub":
      return `${part("m:e")}_{${part("m:sub")}}`;
    case "m:sSubSup":
      return `${part("m:e")}_{${part("m:sub")}}^{${part("m:sup")}}`;
    case "m:rad": {
      const degree = part("m:deg");
      return degree === "" ? `\\sqrt{${part("m:e")}}` : `\\sqrt[${degree}]{${part("m:e")}}`;
    }
    case "m:nary": {
      const sign = attribute(path(node, "m:naryPr", "m:chr"), "m:val") ?? "∫";
      const [lower, upper] = [part("m:sub"), part("m:sup")];
      return `${(symbols[sign] ?? sign).trim()}${lower && `_{${lower}}`}${upper && `^{${upper}}`}${part("m:e")}`;
    }
    case "m:d": {
      const open = attribute(path(node, "m:dPr", "m:begChr"), "m:val") ?? "(";
      const close = attribute(path(node, "m:dPr", "m:endChr"), "m:val") ?? ")";
      const inner = elements(node)
        .filter((item) => item.name === "m:e")
        .map(inside);
      return `\\left${delimiter(open)}${inner.join(",")}\\right${delimiter(close)}`;
    }
    case "m:func": {
      const name = part("m:fName").trim();
      return `${functions.test(name) ? `\\${name}` : name}(${part("m:e")})`;
    }
    case "m:limLow":
      return `${part("m:e")}_{${part("m:lim")}}`;
    case "m:limUpp":
      return `${part("m:e")}^{${part("m:lim")}}`;
    case "m:acc":
    case "m:bar":
      return `\\overline{${part("m:e")}}`;
    case "m:m": {
      const rows = elements(node).filter((row) => row.name === "m:mr");
      const cells = rows.map((row) =>
        elements(row)
          .filter((cell) => cell.name === "m:e")
          .map(inside)
          .join(" & "),
      );
      return `\\begin{matrix}${cells.join(" \\\\ ")}\\end{matrix}`;
    }
    case "m:eqArr":
      return elements(node)
        .filter((row) => row.name === "m:e")
        .map(inside)
        .join(" \\\\ ");
    default:
      return node.name.endsWith("Pr") ? "" : inside(node);
  }
}

const inside = (node: XmlElement): string => elements(node).map(toLatex).join("");
const delimiter = (mark: string): string => (mark === "" ? "." : /[{}]/.test(mark) ? `\\${mark}` : mark);
const escaped = (text: string): string =>
  [...text.normalize("NFKC")]
    .map((mark) => (symbols[mark] ? ` ${symbols[mark]}` : /[%#&]/.test(mark) ? `\\${mark}` : mark))
    .join("");
