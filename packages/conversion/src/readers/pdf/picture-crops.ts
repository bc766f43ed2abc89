import type { DoclingDocument, PictureItem } from "../../docling-document.ts";
import type { ReadContext } from "../reader.ts";
import type { PdfPage } from "./pdfium.ts";
import { type Bitmap, encodePng } from "./png.ts";

/** Pictures by the page they stand on. */
export function picturesByPage({ pictures }: DoclingDocument): Map<number, PictureItem[]> {
  const byPage = new Map<number, PictureItem[]>();
  for (const picture of pictures) {
    const page = picture.prov[0]?.page_no;
    if (page !== undefined) byPage.set(page, [...(byPage.get(page) ?? []), picture]);
  }
  return byPage;
}

/** The stretch of the drawn page that a picture takes becomes its image: what a reader sees, whatever it was drawn with. */
export function keepCrop(
  picture: PictureItem,
  page: Bitmap,
  { width, height }: Pick<PdfPage, "width" | "height">,
  { pageImageDpi, pictures }: Pick<ReadContext, "pageImageDpi" | "pictures">,
): void {
  const box = picture.prov[0]?.bbox;
  if (!box) return;
  const [scaleX, scaleY] = [page.width / width, page.height / height];
  const fromTop = (y: number) => (box.coord_origin === "BOTTOMLEFT" ? height - y : y);
  const within = (value: number, max: number) => Math.max(0, Math.min(max, value));
  const left = within(Math.floor(box.l * scaleX), page.width);
  const right = within(Math.ceil(box.r * scaleX), page.width);
  const top = within(Math.floor(fromTop(box.t) * scaleY), page.height);
  const bottom = within(Math.ceil(fromTop(box.b) * scaleY), page.height);
  if (right <= left || bottom <= top) return;
  const image = pictures.keep((maxBytes) => {
    if ((right - left) * (bottom - top) > 4 * maxBytes) return null; // its PNG could not be small enough
    return encodePng(cropOf(page, { left, top, right, bottom }));
  }, pageImageDpi);
  if (image) picture.image = image;
}

function cropOf(
  { pixels, width }: Bitmap,
  { bottom, left, right, top }: Record<"left" | "top" | "right" | "bottom", number>,
): Bitmap {
  const crop = new Uint32Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    crop.set(pixels.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return { width: right - left, height: bottom - top, pixels: crop };
}
