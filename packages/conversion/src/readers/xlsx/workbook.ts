import { builtInFormat, formatNumber } from "../ooxml/number-format.ts";
import type { OoxmlPackage } from "../ooxml/package.ts";
import { attribute, child, elements, path, type XmlElement } from "../xml.ts";
import { type CellValues, readSharedStrings } from "./sheet-parser.ts";

export interface SheetEntry {
  readonly name: string;
  readonly part: string;
  readonly isHidden: boolean;
  /** A sheet that is one chart and has no cells. */
  readonly isChart: boolean;
}

export interface Workbook {
  readonly sheets: readonly SheetEntry[];
  readonly values: CellValues;
}

/** Sheets in the order of their tabs, and what their cells' numbers stand for. */
export function readWorkbook(file: OoxmlPackage): Workbook {
  const root = file.read(file.main);
  const relations = file.relationships(file.main);
  const sheets = elements(child(root, "sheets") ?? { name: "", attributes: {}, children: [] }).flatMap((sheet) => {
    const relation = relations.get(attribute(sheet, "r:id") ?? "");
    if (!relation || relation.isExternal || !file.has(relation.target)) return [];
    return [
      {
        name: attribute(sheet, "name") ?? "",
        part: relation.target,
        isHidden: /^(?:hidden|veryHidden)$/.test(attribute(sheet, "state") ?? ""),
        isChart: relation.type === "chartsheet",
      },
    ];
  });
  const [strings] = file.related(file.main, "sharedStrings");
  const shared = strings !== undefined && file.has(strings) ? readSharedStrings(file.bytes(strings)) : [];
  const is1904 = /^(?:1|true)$/.test(attribute(child(root, "workbookPr"), "date1904") ?? "");
  const formats = readFormats(file.readOptional(file.related(file.main, "styles")[0]));
  return {
    sheets,
    values: {
      sharedString: (index) => shared[index] ?? "",
      number: (value, style) => formatNumber(value, formats[style] ?? "", is1904),
    },
  };
}

/** Format codes by cell style. */
function readFormats(styles: XmlElement | null): string[] {
  const own = new Map<number, string>();
  for (const format of elements(path(styles ?? undefined, "numFmts") ?? { name: "", attributes: {}, children: [] }))
    own.set(Number(attribute(format, "numFmtId")), attribute(format, "formatCode") ?? "");
  const list = path(styles ?? undefined, "cellXfs");
  return (list ? elements(list) : []).map((style) => {
    const id = Number(attribute(style, "numFmtId") ?? 0);
    return own.get(id) ?? builtInFormat(id) ?? "";
  });
}
