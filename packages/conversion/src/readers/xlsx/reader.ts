import { AppError } from "@aurora/kernel";
import { createDocumentBuilder } from "../../document-builder.ts";
import { openPackage } from "../ooxml/package.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { readComments } from "./comments.ts";
import { readDrawings } from "./drawings.ts";
import { maxCells, type SheetGrid } from "./sheet.ts";
import { parseSheet } from "./sheet-parser.ts";
import { readWorkbook, type SheetEntry } from "./workbook.ts";
import { writeSheet } from "./write-sheet.ts";

const noCells: SheetGrid = { cells: [], merges: [], hiddenRows: new Set(), hiddenColumns: new Set() };

/** Excel workbooks (ECMA-376 SpreadsheetML, strict and transitional); macros are not looked at. A sheet is a page. */
export const xlsxReader: Reader = {
  async read(file, type, context) {
    const { ledger } = context;
    const workbookFile = openPackage(file.bytes, "xl/workbook.xml", context);
    const { sheets, values } = readWorkbook(workbookFile);
    if (sheets.length > context.maxPages)
      throw new AppError("document_too_complex", "The workbook has too many sheets.", {
        params: { pages: sheets.length, limit: context.maxPages },
      });
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    let budget = maxCells;
    let damaged = 0;
    /** A damaged sheet is told and the others are read; where all are, the file is. */
    const readGrid = ({ part }: SheetEntry): SheetGrid => {
      try {
        return parseSheet(workbookFile.bytes(part), values, budget);
      } catch (error) {
        if (!AppError.is(error) || error.code !== "document_corrupt" || ++damaged === sheets.length) throw error;
        context.warn({ code: "document_part_failed", params: { name: part, reason: error.code } });
        return noCells;
      }
    };
    for (const [index, sheet] of sheets.entries()) {
      const page = index + 1;
      const grid = sheet.isChart ? noCells : readGrid(sheet);
      budget -= grid.cells.length;
      for (const cell of grid.cells) ledger.source(cell.text, page);
      ledger.parser("xlsx", page);
      const [drawing] = workbookFile.related(sheet.part, "drawing");
      const content = {
        ...sheet,
        page,
        grid,
        drawings: readDrawings(workbookFile, drawing, context, page),
        comments: readComments(workbookFile, sheet.part, ledger, page),
      };
      writeSheet(builder, content, ledger);
      context.onProgress(page / sheets.length);
    }
    return { document: builder.document, title: workbookFile.title };
  },
};
