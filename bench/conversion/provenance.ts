import type { Bbox, DoclingDocument, Provenance } from "../../packages/conversion/src/docling-document.ts";
import { tokensOf } from "./markdown-parts.ts";
import { convertSample, samplesOf } from "./measure.ts";

export interface ProvenanceResult {
  readonly items: number;
  /** Share of the items whose box one of ours covers by half (intersection over union) on the same page. */
  readonly boxed: number;
  readonly texts: number;
  /** Share of the texts whose first 60 letters stand in one item of ours on the same page. */
  readonly onPage: number;
}

interface Placed {
  readonly page: number;
  readonly box: { readonly l: number; readonly t: number; readonly r: number; readonly b: number };
  readonly letters: string;
}

const comparedLetters = 60;

/** Where items of the PDFs stand, beside the provenance that Docling's ground truth tells. */
export async function measureProvenance(onFile: (line: string) => void): Promise<ProvenanceResult> {
  const sum = { items: 0, boxed: 0, texts: 0, onPage: 0 };
  for (const { name, path, document } of samplesOf("pdf")) {
    if (!document) continue;
    const result = await convertSample(path, name).catch(() => null);
    const before = { ...sum };
    const own = result ? placedItems(result.document) : [];
    for (const item of placedItems(document)) {
      const here = own.filter((other) => other.page === item.page);
      sum.items += 1;
      if (here.some((other) => overlap(other.box, item.box) >= 0.5)) sum.boxed += 1;
      if (item.letters === "") continue;
      sum.texts += 1;
      const start = item.letters.slice(0, comparedLetters);
      if (here.some((other) => other.letters.includes(start))) sum.onPage += 1;
    }
    const share = (of: "boxed" | "onPage", all: "items" | "texts") =>
      `${sum[of] - before[of]}/${sum[all] - before[all]}`;
    onFile(`  ${name.padEnd(40)} texts ${share("onPage", "texts")}  boxes ${share("boxed", "items")}`);
  }
  return { ...sum, boxed: sum.boxed / Math.max(1, sum.items), onPage: sum.onPage / Math.max(1, sum.texts) };
}

/** Each place of each item of the body. */
function placedItems(document: DoclingDocument): Placed[] {
  const items = [...document.texts, ...document.tables, ...document.pictures];
  return items
    .filter((item) => item.content_layer === "body")
    .flatMap((item) =>
      item.prov.map((place, index) => ({
        page: place.page_no,
        box: fromTop(document, place),
        letters: "text" in item && index === 0 ? tokensOf(item.text).join("") : "",
      })),
    );
}

function fromTop(document: DoclingDocument, { page_no, bbox }: Provenance): Placed["box"] {
  if (bbox.coord_origin === "TOPLEFT") return bbox;
  const height = document.pages[String(page_no)]?.size.height ?? 0;
  return { l: bbox.l, t: height - bbox.t, r: bbox.r, b: height - bbox.b };
}

type Sides = Pick<Bbox, "l" | "t" | "r" | "b">;

function overlap(a: Sides, b: Sides): number {
  const width = Math.min(a.r, b.r) - Math.max(a.l, b.l);
  const height = Math.min(a.b, b.b) - Math.max(a.t, b.t);
  if (width <= 0 || height <= 0) return 0;
  const area = ({ l, t, r, b: bottom }: Sides) => (r - l) * (bottom - t);
  return (width * height) / (area(a) + area(b) - width * height);
}
