import type { ContentLayer, Provenance } from "../../docling-document.ts";
import type { CellFields, DocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { attribute, child, descendants, elements, path, textContent, type XmlElement } from "../xml.ts";
import { formatNumber, isDateFormat } from "./number-format.ts";

export interface Chart {
  /** As Docling names kinds: `bar_chart`, `other_chart` … */
  readonly kind: string;
  /** Title first, then what else is written on the chart; titles of its axes stand in the table's corner. */
  readonly captions: readonly string[];
  /** A row a category and a column a series, by the values the file keeps; empty where it keeps none. */
  readonly cells: readonly CellFields[];
}

interface Series {
  readonly name: string;
  /** Category by the number of its point. */
  readonly categories: ReadonlyMap<number, string>;
  readonly values: ReadonlyMap<number, string>;
}

const kinds: Readonly<Record<string, string>> = {
  bar: "bar_chart",
  line: "line_chart",
  pie: "pie_chart",
  doughnut: "pie_chart",
  scatter: "scatter_chart",
  area: "area_chart",
};

/** A DrawingML chart (ECMA-376 part 1, 21.2) or one of the newer kinds (`cx:chartSpace`), from its cached values. */
export function readChart(root: XmlElement): Chart {
  if (root.name === "cx:chartSpace") return readExtendedChart(root);
  const plots = elements(path(root, "c:chart", "c:plotArea") ?? root).filter((node) => node.name.endsWith("Chart"));
  const series = plots.flatMap((plot) => elements(plot).filter((node) => node.name === "c:ser")).map(readSeries);
  const names = new Set(series.map((one) => one.name));
  const axes = ["c:catAx", "c:dateAx", "c:valAx", "c:serAx"]
    .flatMap((name) => descendants(root, name))
    .map((axis) => paragraphsOf(child(axis, "c:title")).join(" "))
    .filter((text) => text !== "" && !names.has(text) && series.length > 0);
  const captions = paragraphsOf(root).filter((text) => !names.has(text));
  for (const axis of axes) if (captions.includes(axis)) captions.splice(captions.indexOf(axis), 1);
  const corner = axes.join(" / ");
  const kind = plots[0]?.name.replace(/^c:|(?:3D)?Chart$/g, "") ?? "";
  return { kind: kinds[kind] ?? "other_chart", captions, cells: tableOf(series, corner) };
}

/** Every paragraph written on the chart, in order: titles, labels, boxes. */
const paragraphsOf = (root: XmlElement | undefined): string[] =>
  (root ? descendants(root, "a:p") : [])
    .map((paragraph) => descendants(paragraph, "a:t").map(textContent).join("").trim())
    .filter((text) => text !== "");

function readSeries(series: XmlElement): Series {
  const name = child(series, "c:tx");
  return {
    name: [...pointsOf(name).values()].join(" ") || (name ? textContent(child(name, "c:v") ?? name).trim() : ""),
    categories: pointsOf(child(series, "c:cat") ?? child(series, "c:xVal"), true),
    values: pointsOf(child(series, "c:val") ?? child(series, "c:yVal")),
  };
}

/** Points of a cache or literal by number; the levels of a category are joined, the outer one first. */
function pointsOf(holder: XmlElement | undefined, areDatesShown = false): Map<number, string> {
  const points = new Map<number, string>();
  if (!holder) return points;
  const format = formatOf(holder);
  for (const point of descendants(holder, "c:pt")) {
    const value = textContent(child(point, "c:v") ?? point);
    const at = Number(attribute(point, "idx") ?? 0);
    const shown = shownPoint(value, areDatesShown ? format : "");
    const inner = points.get(at);
    points.set(at, inner === undefined ? shown : `${shown} ${inner}`);
  }
  return points;
}

/** A point as its chart shows it: a date by its format, a number without the noise of binary fractions. */
function shownPoint(value: string, format: string): string {
  const isNumber = /^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(value);
  if (isNumber && isDateFormat(format)) return formatNumber(Number(value), format);
  return isNumber && value.length > 16 ? formatNumber(Number(value), "") : value;
}

const formatOf = (holder: XmlElement): string =>
  descendants(holder, "c:formatCode").slice(0, 1).map(textContent).join("");

/** Series whose categories differ (scatter plots) share the rows they have in common. */
function tableOf(series: readonly Series[], corner: string): CellFields[] {
  const rows = new Map<string, number>();
  const cells: CellFields[] = [{ row: 0, column: 0, text: corner, columnHeader: true }];
  const place = (key: string, text: string): number => {
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = rows.size + 1;
    rows.set(key, row);
    cells.push({ row, column: 0, text, rowHeader: true });
    return row;
  };
  for (const [index, { name, categories, values }] of series.entries()) {
    cells.push({ row: 0, column: index + 1, text: name, columnHeader: true });
    const used = new Map<string, number>();
    for (const at of [...new Set([...categories.keys(), ...values.keys()])].sort((a, b) => a - b)) {
      const category = categories.get(at) ?? "";
      const repeat = used.get(category) ?? 0; // a category that comes twice is two rows
      used.set(category, repeat + 1);
      const row = place(category === "" ? `#${at}` : `${category}\n${repeat}`, category);
      cells.push({ row, column: index + 1, text: values.get(at) ?? "" });
    }
  }
  return series.length === 0 ? [] : cells;
}

function readExtendedChart(root: XmlElement): Chart {
  const dimension = (data: XmlElement, kind: string): Map<number, string> => {
    const points = new Map<number, string>();
    for (const point of descendants(data, kind).flatMap((node) => descendants(node, "cx:pt"))) {
      const at = Number(attribute(point, "idx") ?? 0);
      points.set(at, [textContent(point), points.get(at) ?? ""].join(" ").trim());
    }
    return points;
  };
  const names = descendants(root, "cx:series").map((series) => {
    const text = child(series, "cx:tx");
    return text ? descendants(text, "cx:v").map(textContent).join(" ") : "";
  });
  const series = descendants(root, "cx:data").map((data, index) => ({
    name: names[index] ?? "",
    categories: dimension(data, "cx:strDim"),
    values: dimension(data, "cx:numDim"),
  }));
  return { kind: "other_chart", captions: paragraphsOf(root), cells: tableOf(series, "") };
}

/** The chart as Docling keeps it: a picture that carries its data as a table, under its title. */
export function addChart(
  builder: DocumentBuilder,
  chart: Chart,
  fields: { parent?: string; prov?: Provenance[]; layer?: ContentLayer; description?: string },
): string {
  const at = { ...(fields.parent && { parent: fields.parent }), ...(fields.layer && { layer: fields.layer }) };
  const captions = chart.captions.map((text) => builder.addText("caption", text, at));
  return builder.addPicture({ ...fields, captions, chart });
}

/**
 * Words of a chart part, told apart from what `readChart` makes of them. Each series of a chart repeats the categories
 * they share.
 */
export function tellChart(root: XmlElement, ledger: SourceLedger, page = 0): void {
  const names = new Set(descendants(root, "c:ser").map((series) => readSeries(series).name));
  for (const text of paragraphsOf(root)) {
    ledger.source(text, page);
    if (names.has(text)) ledger.drop(text, "duplicate", page); // an axis named as one of the series
  }
  for (const point of descendants(root, "cx:pt")) ledger.source(textContent(point), page);
  for (const text of descendants(root, "cx:v")) ledger.source(textContent(text), page);
  const known = new Set<string>();
  for (const series of descendants(root, "c:ser")) {
    for (const part of elements(series)) {
      const texts = descendants(part, "c:v").map(textContent);
      if (/^c:(?:tx|val|yVal)$/.test(part.name)) for (const text of texts) ledger.source(shownPoint(text, ""), page);
      if (!/^c:(?:cat|xVal)$/.test(part.name)) continue;
      const format = formatOf(part);
      for (const text of texts) {
        const shown = shownPoint(text, format);
        ledger.source(shown, page);
        if (known.has(text)) ledger.drop(shown, "duplicate", page);
        known.add(text);
      }
    }
  }
}
