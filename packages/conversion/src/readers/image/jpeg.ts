import { checkSize, damagedImage, headerOf, type Raster } from "./raster.ts";

const colourSpaces = { 1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK" } as const;
const centimetresOfInch = 2.54;
const tagOrientation = 0x0112; // Exif 2.3, 4.6.4
const tagXResolution = 0x011a;
const tagResolutionUnit = 0x0128;

/** The file goes into the page as it is: pdfium reads JPEG itself. Only its header is read here. */
export function readJpeg(bytes: Uint8Array): Raster {
  const at = headerOf(bytes);
  let dpi: number | null = null;
  let orientation = 1;
  let isAdobe = false;
  for (let place = 2; place + 4 <= bytes.length; ) {
    if (at.uint8(place) !== 0xff) throw damagedImage("JPEG marker");
    const marker = at.uint8(place + 1);
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      place += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break; // the pixels
    const length = at.uint16(place + 2);
    const data = place + 4;
    if (marker === 0xe0 && length >= 16 && at.ascii(data, 4) === "JFIF") {
      const unit = at.uint8(data + 7);
      if (unit > 0) dpi = at.uint16(data + 8) * (unit === 2 ? centimetresOfInch : 1);
    } else if (marker === 0xe1 && length > 16 && at.ascii(data, 4) === "Exif") {
      const exif = readExif(bytes.subarray(data + 6, data + length - 2));
      orientation = exif.orientation ?? orientation;
      dpi = exif.dpi ?? dpi;
    } else if (marker === 0xee && length >= 12 && at.ascii(data, 5) === "Adobe") isAdobe = true;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width, components] = [at.uint16(data + 1), at.uint16(data + 3), at.uint8(data + 5)];
      checkSize(width, height);
      const colours = colourSpaces[components as keyof typeof colourSpaces];
      if (colours === undefined) throw damagedImage(`JPEG of ${components} components`);
      // a density may stand after the frame only in files no camera or scanner writes
      const isInverted = isAdobe && components === 4;
      return { width, height, dpi, orientation, colours, filter: "DCTDecode", data: bytes, isInverted };
    }
    place += 2 + length;
  }
  throw damagedImage("JPEG without a frame");
}

/** Orientation and resolution of EXIF's first directory, where they can be read. */
export function readExif(bytes: Uint8Array): { orientation: number | null; dpi: number | null } {
  let orientation: number | null = null;
  let [resolution, unit] = [0, 2];
  try {
    const at = headerOf(bytes, bytes[0] === 0x49);
    const start = at.uint32(4);
    const count = Math.min(at.uint16(start), 100);
    for (let index = 0; index < count; index++) {
      const entry = start + 2 + index * 12;
      const tag = at.uint16(entry);
      if (tag === tagOrientation) orientation = at.uint16(entry + 8);
      else if (tag === tagResolutionUnit) unit = at.uint16(entry + 8);
      else if (tag === tagXResolution) {
        const place = at.uint32(entry + 8);
        resolution = at.uint32(place) / Math.max(1, at.uint32(place + 4));
      }
    }
  } catch {
    // damaged EXIF says nothing; the picture may be whole
  }
  const isOrientation = orientation !== null && orientation >= 1 && orientation <= 8;
  const dpi = unit === 3 ? resolution * centimetresOfInch : resolution;
  return { orientation: isOrientation ? orientation : null, dpi: dpi > 0 && unit !== 1 ? dpi : null };
}
