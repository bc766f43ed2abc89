import { AppError } from "@aurora/kernel";
import { decodeStream, filtersOf, type RawStream, rawStreams } from "./streams.ts";

export interface DisarmedPdf {
  /** The file's own where nothing had to be emptied. */
  readonly bytes: Uint8Array;
  /** What was emptied, as it is named to the owner. */
  readonly emptied: readonly string[];
}

const limits = {
  /** Of a stream unpacked, and of each step on the way. */
  streamBytes: 64 * 1_048_576,
  /** Of a picture, by its own figures: 30,000 pixels a side in grey pass it, a plan in A0 scanned at 300 dpi in colour does not. */
  imageBytes: 512 * 1_048_576,
  /** Drawn for one `Do`, nested ones counted each time: no drawing program comes near. */
  formsDrawn: 20_000,
  emptied: 50,
  /** Unpacked in all to look; what follows is left to the limits of the process. */
  lookedAtBytes: 1_024 * 1_048_576,
} as const;
const deflateRatio = 1_032; // at most: 258 bytes for two bits

/**
 * Empties what a PDF holds to exhaust who reads it: streams that unpack to more than any page needs, pictures of
 * gigabytes, forms that draw themselves or each other without end. The rest of the file stays where it is, so that
 * every other page is read. Files under a key are not seen through: the process's own limits end those.
 * @throws AppError `document_too_complex` for a file that is made of such streams.
 */
export function disarmPdf(file: Uint8Array): DisarmedPdf {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const harmful = new Map<RawStream, string>();
  const forms = new Map<number, { readonly stream: RawStream; readonly content: string }>();
  let lookedAt = 0;
  for (const stream of rawStreams(bytes)) {
    const { dictionary, object } = stream;
    const filters = filtersOf(dictionary) ?? [];
    const image = /\/Subtype\s*\/Image\b/.test(dictionary);
    if (image) {
      const size = imageSize(dictionary, filters, bytes.subarray(stream.start, stream.end));
      if (size.bytes > limits.imageBytes) harmful.set(stream, `${size.width} × ${size.height} px`);
    }
    const isForm = /\/Subtype\s*\/Form\b/.test(dictionary);
    const couldPass = (stream.end - stream.start) * deflateRatio ** Math.max(1, filters.length) > limits.streamBytes;
    // a picture of one packing is unpacked row by row as it is drawn
    if (harmful.has(stream) || (!isForm && !(couldPass && filters.length > (image ? 1 : 0)))) continue;
    if (lookedAt > limits.lookedAtBytes) continue;
    const decoded = decodeStream(bytes.subarray(stream.start, stream.end), filters, limits.streamBytes);
    lookedAt += decoded.passed ? limits.streamBytes : decoded.bytes.length;
    if (decoded.passed) harmful.set(stream, `obj ${object}`);
    else if (isForm) forms.set(object, { stream, content: Buffer.from(decoded.bytes).toString("latin1") });
    if (harmful.size > limits.emptied) throw tooComplex();
  }
  for (const object of endlessForms(forms, bytes)) {
    const stream = forms.get(object)?.stream;
    if (stream) harmful.set(stream, `obj ${object}`);
  }
  if (harmful.size === 0) return { bytes: file, emptied: [] };
  const changed = Buffer.from(bytes);
  for (const stream of harmful.keys()) {
    changed.fill(0, stream.start, stream.end);
    hidePicture(changed, stream);
  }
  return { bytes: changed, emptied: [...new Set(harmful.values())] };
}

export const tooComplex = (): AppError =>
  new AppError("document_too_complex", "The PDF holds streams made to exhaust its reader.", {
    params: { limit: "bytes" },
  });

interface PictureSize {
  readonly width: number;
  readonly height: number;
  /** It takes in memory as it is drawn. */
  readonly bytes: number;
}

/** By the dictionary, or by the picture's own header where that claims more: it is the one decoders trust. */
function imageSize(dictionary: string, filters: readonly string[], data: Buffer): PictureSize {
  const figure = (name: string): number => Number(new RegExp(`/${name}\\s+(\\d+)\\b`).exec(dictionary)?.[1] ?? 0);
  const bits = /\/ImageMask\s+true/.test(dictionary) ? 1 : figure("BitsPerComponent") || 8;
  const colours = /\/DeviceCMYK/.test(dictionary) ? 4 : /\/(?:DeviceGray|CalGray|Indexed)/.test(dictionary) ? 1 : 3;
  const size = (width: number, height: number, bitsPerPixel: number): PictureSize => ({
    width,
    height,
    bytes: (width * height * bitsPerPixel) / 8,
  });
  const told = size(figure("Width"), figure("Height"), bits === 1 ? 1 : bits * colours);
  const coded = filters[0] === "DCTDecode" ? jpegFrame(data) : filters[0] === "JPXDecode" ? jpxFrame(data) : null;
  const own = coded ? size(coded[0], coded[1], coded[2]) : told;
  return own.bytes > told.bytes ? own : told;
}

type Frame = readonly [width: number, height: number, bitsPerPixel: number];

/** The frame header (ITU-T T.81, B.2.2); null where none is found. A progressive one is held whole, 16 bits a sample. */
function jpegFrame(data: Buffer): Frame | null {
  for (let at = 2; at + 10 <= data.length && data[at] === 0xff; at += 2 + data.readUInt16BE(at + 2)) {
    const marker = data[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return [data.readUInt16BE(at + 7), data.readUInt16BE(at + 5), (data[at + 9] ?? 3) * (marker === 0xc2 ? 16 : 8)];
  }
  return null;
}

/** The SIZ segment that opens a code-stream (ITU-T T.800, A.5.1); its decoder keeps 32 bits a sample. */
function jpxFrame(data: Buffer): Frame | null {
  const at = data.subarray(0, 65_536).indexOf("ff4fff51", 0, "hex");
  if (at < 0 || at + 42 > data.length) return null;
  return [data.readUInt32BE(at + 8), data.readUInt32BE(at + 12), data.readUInt16BE(at + 40) * 32];
}

/** A picture without data is still drawn, row by row: of another kind it is passed over. */
function hidePicture(bytes: Buffer, { dictionary, start }: RawStream): void {
  const place = bytes.lastIndexOf(dictionary, start, "latin1");
  const kind = /\/Subtype\s*\/Image\b/.exec(dictionary);
  if (kind && place >= 0) bytes.write("X", place + kind.index + kind[0].length - "Image".length, "latin1");
}

/** Objects of forms that draw more than the limit, nested ones among them; each counts as empty for those above it. */
function endlessForms(
  forms: ReadonlyMap<number, { readonly stream: RawStream; readonly content: string }>,
  bytes: Buffer,
): Set<number> {
  const endless = new Set<number>();
  const drawn = new Map<number, number>();
  const calls = (object: number): { readonly target: number; readonly count: number }[] => {
    const form = forms.get(object);
    if (!form) return [];
    const counts = new Map<string, number>();
    for (const [, name = ""] of form.content.matchAll(/\/([^\s/<>[\]()]+)\s+Do\b/g))
      counts.set(name, (counts.get(name) ?? 0) + 1);
    if (counts.size === 0) return [];
    const targets = externalObjects(form.stream.dictionary, bytes);
    return [...counts].flatMap(([name, count]) => {
      const target = targets.get(name);
      return target === undefined || !forms.has(target) ? [] : [{ target, count }];
    });
  };
  for (const root of forms.keys()) {
    // depth first without recursion: a chain may be as long as the file
    const path: { readonly object: number; readonly open: { target: number; count: number }[]; sum: number }[] = [];
    const entered = new Set<number>();
    const enter = (object: number) => {
      entered.add(object);
      path.push({ object, open: calls(object), sum: 1 });
    };
    if (!drawn.has(root)) enter(root);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const call = top.open.at(-1);
      const known = call && drawn.get(call.target);
      if (call && known === undefined && !entered.has(call.target)) enter(call.target);
      else if (call) {
        top.sum += call.count * (known ?? Number.POSITIVE_INFINITY); // it is drawn by what it draws
        top.open.pop();
      } else {
        if (top.sum > limits.formsDrawn) endless.add(top.object);
        drawn.set(top.object, endless.has(top.object) ? 1 : top.sum);
        entered.delete(top.object);
        path.pop();
      }
    }
  }
  return endless;
}

/** Objects by the names a form draws them with: its resources stand in it, or in objects of their own. */
function externalObjects(dictionary: string, bytes: Buffer): Map<string, number> {
  const resources = referenced(/\/Resources\s+(\d+)\s+\d+\s+R/, dictionary, bytes) ?? dictionary;
  const list =
    referenced(/\/XObject\s+(\d+)\s+\d+\s+R/, resources, bytes) ?? /\/XObject\s*<<([^>]*)>>/.exec(resources)?.[1] ?? "";
  return new Map(
    [...list.matchAll(/\/([^\s/<>[\]()]+)\s+(\d+)\s+\d+\s+R/g)].map(([, name = "", to]) => [name, Number(to)]),
  );
}

const longestObject = 65_536;

function referenced(reference: RegExp, text: string, bytes: Buffer): string | null {
  const object = reference.exec(text)?.[1];
  if (object === undefined) return null;
  for (let at = bytes.indexOf(`${object} 0 obj`, 0, "latin1"); at >= 0; ) {
    const before = bytes[at - 1];
    if (before === undefined || before === 0x0a || before === 0x0d || before === 0x20)
      return bytes.toString("latin1", at, at + longestObject).replace(/endobj[\s\S]*$/, "");
    at = bytes.indexOf(`${object} 0 obj`, at + 1, "latin1");
  }
  return null;
}
