import { type DocumentNode, describedByFile, type TableItem } from "./docling-document.ts";
import { writePaddedTable } from "./markdown-export-table.ts";

/** What Docling's models and other programs say about an item, and what readers add: all optional, none of it trusted. */
interface SaidOfItem {
  readonly meta?: {
    readonly summary?: { readonly text?: unknown };
    readonly description?: { readonly text?: unknown; readonly created_by?: unknown };
    readonly classification?: { readonly predictions?: readonly { readonly class_name?: unknown }[] };
    readonly molecule?: { readonly smi?: unknown };
    readonly tabular_chart?: { readonly chart_data?: TableItem["data"] };
  };
  /** Before schema 1.8 the same stood here. */
  readonly annotations?: readonly Annotation[];
}

interface Annotation {
  readonly kind?: unknown;
  readonly text?: unknown;
  readonly smi?: unknown;
  readonly predicted_classes?: readonly { readonly class_name?: unknown }[];
  readonly chart_data?: TableItem["data"];
}

/**
 * Texts of what is said of an item beside its own content: summary, description, class ("Bar chart"), data of a chart.
 * Alternative texts are left out, as Docling leaves them: most name a decoration.
 */
export function metaTexts(node: DocumentNode): string[] {
  const { meta, annotations } = node as SaidOfItem;
  const said = meta ?? annotationsAsMeta(annotations ?? []);
  const chart = said?.tabular_chart?.chart_data;
  return [
    asText(said?.summary?.text),
    said?.description?.created_by === describedByFile ? "" : asText(said?.description?.text),
    humanized(asText(said?.classification?.predictions?.[0]?.class_name)),
    asText(said?.molecule?.smi),
    chart ? writePaddedTable(chart, (cell) => cell.text) : "",
  ].filter((text) => text !== "");
}

function annotationsAsMeta(annotations: readonly Annotation[]): SaidOfItem["meta"] {
  const of = (kind: string) => annotations.find((annotation) => annotation.kind === kind);
  const chart = of("tabular_chart_data")?.chart_data;
  return {
    description: { text: of("description")?.text },
    classification: { predictions: of("classification")?.predicted_classes ?? [] },
    molecule: { smi: of("molecule_data")?.smi },
    ...(chart && { tabular_chart: { chart_data: chart } }),
  };
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "");

/** `line_chart` as people read it. */
const humanized = (name: string): string => {
  const words = name.replaceAll("__", "_").replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
