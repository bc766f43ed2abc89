import type { Raster } from "./raster.ts";

const pointsOfInch = 72;
const shortestPage = 7; // inches, its longer side: a note; what claims to be shorter or longer knows not its resolution
const longestPage = 17; // A3
const a4Length = 11.7;

/** A PDF of one page a picture, so that pictures take the way of scanned PDFs through layout, recognition and drawing. */
export function pdfOfRasters(rasters: readonly Raster[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const offsets: number[] = [];
  let length = 0;
  const write = (...pieces: readonly (string | Uint8Array)[]) => {
    for (const piece of pieces) {
      const bytes = typeof piece === "string" ? Buffer.from(piece, "latin1") : piece;
      parts.push(bytes);
      length += bytes.length;
    }
  };
  const object = (number: number, ...pieces: readonly (string | Uint8Array)[]) => {
    offsets[number] = length;
    write(`${number} 0 obj\n`, ...pieces, "\nendobj\n");
  };
  write("%PDF-1.4\n");
  object(1, "<< /Type /Catalog /Pages 2 0 R >>");
  const pageNumber = (index: number) => 3 + index * 3;
  const kids = rasters.map((_, index) => `${pageNumber(index)} 0 R`).join(" ");
  object(2, `<< /Type /Pages /Kids [${kids}] /Count ${rasters.length} >>`);
  for (const [index, raster] of rasters.entries()) {
    const number = pageNumber(index);
    const isSideways = raster.orientation >= 5;
    const scale = pointsOfInch / dpiOf(raster);
    const width = round((isSideways ? raster.height : raster.width) * scale);
    const height = round((isSideways ? raster.width : raster.height) * scale);
    const content = `q ${placement(raster.orientation, width, height)} cm /I Do Q`;
    const resources = `<< /XObject << /I ${number + 2} 0 R >> >>`;
    const box = `[0 0 ${width} ${height}]`;
    object(
      number,
      `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Resources ${resources} /Contents ${number + 1} 0 R >>`,
    );
    object(number + 1, `<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
    const decode = raster.isInverted ? " /Decode [1 0 1 0 1 0 1 0]" : "";
    object(
      number + 2,
      `<< /Type /XObject /Subtype /Image /Width ${raster.width} /Height ${raster.height} /ColorSpace /${raster.colours}`,
      ` /BitsPerComponent 8 /Filter /${raster.filter}${decode} /Length ${raster.data.length} >>\nstream\n`,
      raster.data,
      "\nendstream",
    );
  }
  const start = length;
  const entries = offsets.slice(1).map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  write(`xref\n0 ${offsets.length}\n0000000000 65535 f \n`, ...entries);
  write(`trailer\n<< /Size ${offsets.length} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return Buffer.concat(parts);
}

const round = (value: number): number => Math.max(1, Math.round(value * 100) / 100);

/** The file's own resolution where it makes a page of sensible size; else a pixel a point, or what makes an A4 page. */
function dpiOf({ width, height, dpi }: Raster): number {
  const longest = Math.max(width, height);
  if (dpi !== null && longest / dpi >= shortestPage && longest / dpi <= longestPage) return dpi;
  return longest / pointsOfInch <= longestPage ? pointsOfInch : longest / a4Length;
}

/** Where the picture's unit square stands on the page, turned and mirrored as EXIF's orientation says. */
function placement(orientation: number, width: number, height: number): string {
  const matrices: Readonly<Record<number, readonly number[]>> = {
    2: [-width, 0, 0, height, width, 0],
    3: [-width, 0, 0, -height, width, height],
    4: [width, 0, 0, -height, 0, height],
    5: [0, -height, -width, 0, width, height],
    6: [0, -height, width, 0, 0, height],
    7: [0, height, width, 0, 0, 0],
    8: [0, height, -width, 0, width, 0],
  };
  return (matrices[orientation] ?? [width, 0, 0, height, 0, 0]).join(" ");
}
