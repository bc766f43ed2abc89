import { AppError } from "@aurora/kernel";

export type Fields = Record<string, unknown>;

export const maxNodes = 500_000;
/** Rows times columns of all tables: each place may be written out. */
export const maxPlaces = 2_000_000;
export const maxDepth = 200;

export const corrupt = (detail: string): AppError =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail } });
export const tooComplex = (limit: string): AppError =>
  new AppError("document_too_complex", "The document's structure is too large.", { params: { limit } });

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function fieldsOf(value: unknown, name: string): Fields {
  if (!isFields(value)) throw corrupt(`${name} is not an object`);
  return value;
}

/** The array under `key`, which older versions may lack. */
export function listOf(owner: Fields, key: string): unknown[] {
  const value = owner[key] ?? [];
  if (!Array.isArray(value)) throw corrupt(`${key} is not an array`);
  owner[key] = value;
  return value;
}

export function textOf(owner: Fields, key: string, standard: string): string {
  const value = owner[key] ?? standard;
  if (typeof value !== "string") throw corrupt(`${key} is not a text`);
  owner[key] = value;
  return value;
}

/** What an integer of the database holds: no page and no row has a higher number. */
const maxCount = 2_147_483_647;

/** A whole number from `least` on. */
export function countOf(owner: Fields, key: string, standard: number | null, least = 0): number {
  const value = owner[key] ?? standard;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > maxCount)
    throw corrupt(`${key} is no count`);
  owner[key] = value;
  return value;
}

export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Removes optional fields of another type than they have: they say nothing we could use. */
export function keepOnly(owner: Fields, types: Readonly<Record<string, (value: unknown) => boolean>>): void {
  for (const [key, isFit] of Object.entries(types)) if (key in owner && !isFit(owner[key])) delete owner[key];
}

const layers = ["body", "furniture", "background", "invisible", "notes"];
const headersAndFooters = ["page_header", "page_footer"];

/** What every node has. @param home The layer of its root. Version 1.0 had no layers, and kept furniture apart by label. */
export function mendNode(node: Fields, ref: string, home: "body" | "furniture"): void {
  if (node.self_ref !== ref) throw corrupt(`${ref} calls itself ${String(node.self_ref)}`);
  const label = textOf(node, "label", "");
  const standard = headersAndFooters.includes(label) ? "furniture" : home;
  if (!layers.includes(textOf(node, "content_layer", standard))) throw corrupt(`${ref}: unknown layer`);
  for (const child of listOf(node, "children")) refOf(child);
  keepOnly(node, { meta: isFields, annotations: Array.isArray });
  if (isFields(node.meta)) mendMeta(node.meta);
  for (const note of Array.isArray(node.annotations) ? node.annotations : []) mendChart(fieldsOf(note, "annotation"));
}

export function refOf(value: unknown): string {
  const ref = isFields(value) ? value.$ref : undefined;
  if (typeof ref !== "string") throw corrupt("a reference is not one");
  return ref;
}

/** Fields only our readers write; what they hold is believed elsewhere. */
const ownMeta: Readonly<Record<string, (value: unknown) => boolean>> = {
  aurora__runs: (runs) =>
    Array.isArray(runs) && runs.every((run) => Array.isArray(run) && run.length === 7 && run.every(isNumber)),
  aurora__row_pages: (pages) => Array.isArray(pages) && pages.every(isNumber),
};

function mendMeta(meta: Fields): void {
  keepOnly(meta, { ...ownMeta, description: isFields, tabular_chart: isFields });
  for (const key of Object.keys(meta)) if (key.startsWith("aurora__") && !(key in ownMeta)) delete meta[key];
  if (isFields(meta.tabular_chart)) mendChart(meta.tabular_chart);
}

function mendChart(owner: Fields): void {
  if (isFields(owner.chart_data)) mendTableData(owner.chart_data);
  else delete owner.chart_data;
}

/** @returns rows times columns. */
export function mendTableData(data: Fields): number {
  const [rows, columns] = [countOf(data, "num_rows", 0), countOf(data, "num_cols", 0)];
  if (rows * columns > maxPlaces) throw tooComplex("table");
  const cells = listOf(data, "table_cells");
  let places = rows * columns;
  for (const value of cells) {
    const cell = fieldsOf(value, "table cell");
    textOf(cell, "text", "");
    const height = mendSpan(cell, "row", rows);
    const width = mendSpan(cell, "col", columns);
    places += height * width; // cells may lie on one another without end
    if (places > maxPlaces) throw tooComplex("table");
    for (const flag of ["column_header", "row_header", "row_section"]) cell[flag] = cell[flag] === true;
    keepOnly(cell, { bbox: isBox, ref: isFields });
  }
  return places;
}

/** @returns how many of the table's rows or columns the cell covers. */
function mendSpan(cell: Fields, kind: "row" | "col", end: number): number {
  const from = countOf(cell, `start_${kind}_offset_idx`, null);
  const to = countOf(cell, `end_${kind}_offset_idx`, from + 1, from);
  cell[`${kind}_span`] = countOf(cell, `${kind}_span`, Math.max(1, to - from), 1);
  return Math.max(0, Math.min(to, end) - from);
}

const isBox = (value: unknown): boolean =>
  isFields(value) && ["l", "t", "r", "b"].every((side) => isNumber(value[side]));

export function mendProvenance(item: Fields): void {
  for (const value of listOf(item, "prov")) {
    const place = fieldsOf(value, "prov");
    countOf(place, "page_no", null);
    if (!isBox(place.bbox)) throw corrupt("prov has no box");
    const box = fieldsOf(place.bbox, "bbox");
    if (box.coord_origin !== "BOTTOMLEFT") box.coord_origin = "TOPLEFT";
    const span = Array.isArray(place.charspan) ? place.charspan : [];
    if (span.length !== 2 || !span.every(isNumber)) place.charspan = [0, 0];
  }
}
