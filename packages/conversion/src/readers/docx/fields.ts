import { isOn } from "../ooxml/package.ts";
import { attribute, child, path, type XmlElement } from "../xml.ts";

/**
 * Follows the marks of complex fields (ECMA-376 part 1, 17.16.18): between `begin` and `separate` stands a field's code,
 * which shows nothing, then its result up to `end`. Fields stand in the codes of others.
 */
export function createFieldReader() {
  const open: { isCode: boolean }[] = [];
  return {
    isInCode: (): boolean => open.some((field) => field.isCode),
    /** @returns whether a form's checkbox begins here, and is checked; null for any other mark. */
    read(mark: XmlElement): boolean | null {
      const type = attribute(mark, "w:fldCharType");
      const last = open.at(-1);
      if (type === "begin") open.push({ isCode: true });
      else if (type === "separate" && last) last.isCode = false;
      else if (type === "end") open.pop();
      const box = type === "begin" ? path(mark, "w:ffData", "w:checkBox") : undefined;
      return box ? isOn(child(box, "w:checked") ?? child(box, "w:default")) : null;
    },
  };
}
