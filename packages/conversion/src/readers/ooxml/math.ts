import { attribute, child, elements, path, textContent, type XmlElement } from "../xml.ts";

/** LaTeX names of signs: operators that stand over limits first, then relations and arrows, then letters. */
const symbols: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "∑ sum ∏ prod ∐ coprod ∫ int ∬ iint ∭ iiint ∮ oint ∯ oiint ∰ oiiint ⋃ bigcup ⋂ bigcap ⋁ bigvee ⋀ bigwedge ⨁ bigoplus ⨂ bigotimes",
    "∞ infty ± pm ∓ mp × times ÷ div · cdot ⋅ cdot ∙ cdot ∗ ast ∘ circ ∩ cap ∪ cup ∧ wedge ∨ vee ⊕ oplus ⊗ otimes √ surd",
    "≤ leq ≥ geq ≠ neq ≈ approx ≡ equiv ∼ sim ≅ cong ∝ propto ≪ ll ≫ gg ⊂ subset ⊃ supset ⊆ subseteq ⊇ supseteq ∈ in ∉ notin ∋ ni ⊥ perp ∥ parallel",
    "→ rightarrow ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow",
    "∀ forall ∃ exists ¬ neg ∅ emptyset ∂ partial ∇ nabla ∴ therefore ∵ because … ldots ⋯ cdots ⋮ vdots ⋱ ddots ′ prime ° circ ℏ hbar ℓ ell ∠ angle",
    "α alpha β beta γ gamma δ delta ε epsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho σ sigma ς varsigma τ tau υ upsilon φ phi ϕ phi χ chi ψ psi ω omega",
    "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega",
  ].flatMap((line) => [...line.matchAll(/(\S) (\w+)/gu)].map(([, sign, name]) => [sign, `\\${name} `])),
);
/** Accents over a letter (U+0300 and on, and the signs Word's own menu writes). */
const accents: Readonly<Record<string, string>> = {
  "\u0302": "hat",
  "\u0303": "tilde",
  "\u0304": "bar",
  "\u0305": "overline",
  "\u0307": "dot",
  "\u0308": "ddot",
  "\u030c": "check",
  "\u0306": "breve",
  "\u20d7": "vec",
};
const functions =
  /^(?:sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh|coth|log|ln|lg|exp|min|max|lim|sup|inf|det|gcd|arg|dim|ker|Pr|deg|hom)$/;

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
      return `${base(child(node, "m:e"))}^{${part("m:sup")}}`;
    case "m:sSub":
      return `${base(child(node, "m:e"))}_{${part("m:sub")}}`;
    case "m:sSubSup":
      return `${base(child(node, "m:e"))}_{${part("m:sub")}}^{${part("m:sup")}}`;
    case "m:sPre":
      return `{}_{${part("m:sub")}}^{${part("m:sup")}}${part("m:e")}`;
    case "m:rad": {
      const degree = part("m:deg");
      return degree === "" ? `\\sqrt{${part("m:e")}}` : `\\sqrt[${degree}]{${part("m:e")}}`;
    }
    case "m:nary": {
      const sign = attribute(path(node, "m:naryPr", "m:chr"), "m:val") ?? "∫";
      const [lower, upper] = [part("m:sub"), part("m:sup")];
      const limits = `${lower && `_{${lower}}`}${upper && `^{${upper}}`}`;
      return `${(symbols[sign] ?? sign).trim()}${limits === "" ? " " : limits}${part("m:e")}`;
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
      const argument = part("m:e").trim();
      return `${functionName(part("m:fName"))}${/^[\p{L}\p{N}]/u.test(argument) ? " " : ""}${argument}`;
    }
    case "m:limLow":
      return `${functionName(part("m:e"))}_{${part("m:lim")}}`;
    case "m:limUpp": {
      const [over, under] = [part("m:lim"), part("m:e")];
      return under.startsWith("\\overbrace") ? `\\overset{${over}}{${under}}` : `${functionName(under)}^{${over}}`;
    }
    case "m:groupChr": {
      const isAbove = attribute(path(node, "m:groupChrPr", "m:pos"), "m:val") === "top";
      const sign = attribute(path(node, "m:groupChrPr", "m:chr"), "m:val") ?? "⏟";
      if (/[⏟⏞]/.test(sign)) return `\\${sign === "⏞" || isAbove ? "overbrace" : "underbrace"}{${part("m:e")}}`;
      return `\\${isAbove ? "overset" : "underset"}{${escaped(sign).trim()}}{${part("m:e")}}`;
    }
    case "m:acc": {
      const sign = attribute(path(node, "m:accPr", "m:chr"), "m:val") ?? "\u0302";
      return `\\${accents[sign] ?? "overline"}{${part("m:e")}}`;
    }
    case "m:bar":
      return attribute(path(node, "m:barPr", "m:pos"), "m:val") === "bot"
        ? `\\underline{${part("m:e")}}`
        : `\\overline{${part("m:e")}}`;
    case "m:borderBox":
      return `\\boxed{${part("m:e")}}`;
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

/** What an exponent stands on; braces keep a fraction, a function or a bracket together. */
function base(node: XmlElement | undefined): string {
  if (!node) return "";
  const text = inside(node);
  const isCompound = elements(node).some((part) => /^m:(?:f|d|func|nary|rad)$/.test(part.name));
  return isCompound ? `{${text}}` : text;
}

function functionName(text: string): string {
  const name = text.trim();
  if (functions.test(name)) return `\\${name}`;
  return /^\p{L}{2,}$/u.test(name) ? `\\operatorname{${name}}` : text;
}

const delimiter = (mark: string): string =>
  mark === "" ? "." : /[{}]/.test(mark) ? `\\${mark}` : (delimiters[mark] ?? mark);
const delimiters: Readonly<Record<string, string>> = {
  "⟨": "\\langle ",
  "⟩": "\\rangle ",
  "⌊": "\\lfloor ",
  "⌋": "\\rfloor ",
  "⌈": "\\lceil ",
  "⌉": "\\rceil ",
  "‖": "\\|",
};

/** Letters of mathematical alphabets as plain ones, signs by name; a dash is a minus here. */
const escaped = (text: string): string =>
  [
    ...text
      .replace(/\.\.\./g, "…")
      .replace(/[…⋯]/g, (dots) => ` ${symbols[dots] ?? ""}`)
      .normalize("NFKC"),
  ]
    .map((mark) =>
      symbols[mark] ? ` ${symbols[mark]}` : /[–−]/.test(mark) ? "-" : /[%#&]/.test(mark) ? `\\${mark}` : mark,
    )
    .join("")
    .replace(/ {2,}/g, " ");

/** Parts LaTeX sets between braces or marks of its own, so that no word reaches out of them. */
const closed = /^m:(?:num|den|sup|sub|deg|lim|fName|mr|rad|d|f|groupChr|acc|bar|borderBox|m|eqArr)$/;

/** What a formula is written with, signs as `toLatex` names them: told to the ledger, apart from how it is laid out. */
export function sourceOfMath(node: XmlElement): string {
  const isRow = /^m:(?:eqArr|mr|d)$/.test(node.name);
  const texts = elements(node).map((inner) => {
    if (inner.name === "m:t") return escaped(textContent(inner));
    const text = sourceOfMath(inner);
    if (text === "") return "";
    return closed.test(inner.name) || isRow ? ` ${text} ` : inner.name === "m:nary" ? ` ${text}` : text;
  });
  return texts.join("");
}
