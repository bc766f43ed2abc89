import type { InlineStyle } from "../inline-runs.ts";
import { attribute, child, elements, type XmlElement } from "../xml.ts";

interface Style {
  readonly name: string;
  readonly parent: string | null;
  readonly element: XmlElement;
}

export interface ListLevel {
  /** Number format (`1`, `a`, `I` …); null for a bullet. */
  readonly format: string | null;
  readonly prefix: string;
  readonly suffix: string;
  readonly start: number;
  /** Levels whose numbers are shown, this one the last: 2 for "1.2". */
  readonly shownLevels: number;
  /** "%1%.%2%." where the file says the whole marker so. */
  readonly pattern: string | null;
}

/** Stands for the style that numbers headings outside any list. */
export const outlineList = "text:outline-style";

export interface OdfStyles {
  /** Look of text under a style of family `text` or `paragraph`. */
  look(name: string | undefined, family: "text" | "paragraph"): InlineStyle & { readonly isHidden?: boolean };
  /** `title`, `subtitle`, or the outline level the paragraph's style gives; null for plain text. */
  role(name: string | undefined): "title" | "subtitle" | number | null;
  listLevel(list: string | undefined, level: number): ListLevel;
  /** A property of a table's style. */
  tableProperty(name: string | undefined, property: string): string | undefined;
}

const bullet: ListLevel = { format: null, prefix: "", suffix: "", start: 1, shownLevels: 1, pattern: null };
const longestChain = 30;

/** Styles of both parts; those of the content hide those of the same name in the common part. */
export function readStyles(parts: readonly (XmlElement | null)[]): OdfStyles {
  const styles = new Map<string, Style>();
  const lists = new Map<string, XmlElement>();
  for (const part of parts)
    for (const group of part ? elements(part) : []) {
      if (!["office:styles", "office:automatic-styles"].includes(group.name)) continue;
      for (const element of elements(group)) {
        const name = attribute(element, "style:name") ?? "";
        if (element.name === "style:style")
          styles.set(`${attribute(element, "style:family")}:${name}`, {
            name: attribute(element, "style:display-name") ?? name,
            parent: attribute(element, "style:parent-style-name") ?? null,
            element,
          });
        else if (element.name === "text:list-style") lists.set(name, element);
        else if (element.name === outlineList) lists.set(outlineList, element);
      }
    }

  const chain = (name: string | undefined, family: string): Style[] => {
    const found: Style[] = [];
    for (let next = name; next !== undefined && found.length < longestChain; ) {
      const style = styles.get(`${family}:${next}`);
      if (!style) break;
      found.push(style);
      next = style.parent ?? undefined;
    }
    return found;
  };
  /** The nearest value of a property of `style:text-properties`. */
  const property = (line: readonly Style[], name: string): string | undefined => {
    for (const { element } of line) {
      const value = attribute(child(element, "style:text-properties"), name);
      if (value !== undefined) return value;
    }
    return undefined;
  };

  return {
    look(name, family) {
      const line = chain(name, family);
      if (line.length === 0) return {};
      const weight = property(line, "fo:font-weight") ?? "";
      const position = property(line, "style:text-position") ?? "";
      const isDrawn = (value: string | undefined) => value !== undefined && value !== "none";
      const offset = Number.parseFloat(position);
      return {
        ...((weight === "bold" || Number(weight) >= 600) && { bold: true }),
        ...(/^(?:italic|oblique)$/.test(property(line, "fo:font-style") ?? "") && { italic: true }),
        ...(isDrawn(property(line, "style:text-underline-style")) && { underline: true }),
        ...(isDrawn(property(line, "style:text-line-through-style")) && { strikethrough: true }),
        ...((position.startsWith("super") || offset > 0) && { script: "super" as const }),
        ...((position.startsWith("sub") || offset < 0) && { script: "sub" as const }),
        ...(property(line, "text:display") === "none" && { isHidden: true }),
      };
    },
    role(name) {
      const line = chain(name, "paragraph");
      for (const { element } of line) {
        const level = attribute(element, "style:default-outline-level");
        if (level !== undefined) return Number(level) || null;
      }
      for (const [index, style] of line.entries()) {
        const names = [style.name, ...(index === 0 ? [] : [name ?? ""]), style.parent ?? ""];
        if (names.some((other) => /^subtitle$/i.test(other))) return "subtitle";
        if (names.some((other) => /^title$/i.test(other))) return "title";
        // a style made from a web page's headings says its level by its name alone
        const level = names.map((other) => /^heading(?:_20_| )?(\d{1,2})$/i.exec(other)?.[1]).find(Boolean);
        if (level !== undefined) return Number(level) || null;
      }
      return /^title$/i.test(name ?? "") ? "title" : null;
    },
    listLevel(list, level) {
      const found = elements(lists.get(list ?? "") ?? { name: "", attributes: {}, children: [] }).find(
        (element) => attribute(element, "text:level") === String(level),
      );
      if (found?.name !== "text:list-level-style-number" && found?.name !== "text:outline-level-style") return bullet;
      const format = attribute(found, "style:num-format") ?? "";
      if (format === "") return bullet;
      return {
        format,
        prefix: attribute(found, "style:num-prefix") ?? "",
        suffix: attribute(found, "style:num-suffix") ?? ".",
        start: Number(attribute(found, "text:start-value") ?? "1") || 0,
        shownLevels: Number(attribute(found, "text:display-levels") ?? "1") || 1,
        pattern: attribute(found, "style:num-list-format") ?? attribute(found, "loext:num-list-format") ?? null,
      };
    },
    tableProperty(name, wanted) {
      for (const { element } of chain(name, "table")) {
        const value = attribute(child(element, "style:table-properties"), wanted);
        if (value !== undefined) return value;
      }
      return undefined;
    },
  };
}
