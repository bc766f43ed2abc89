import { AppError } from "@aurora/kernel";

const lastRegular = 0xfffffffa; // MAXREGSECT; what is greater is no sector but a mark (end of chain, free)
const noEntry = 0xffffffff;
const entryBytes = 128;
const headerFatSectors = 109;

/**
 * Checks that the chains of a compound file (MS-CFB: .doc, .xls, .ppt, .msg) come to an end, that its tree of streams
 * has no circle and that no stream claims more bytes than the file has. The parsers of such files take all that on trust
 * and would follow a circle until memory ends.
 * @throws AppError `document_corrupt`.
 */
export function checkCompoundFile(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): number => (at + 4 <= bytes.length ? view.getUint32(at, true) : noEntry);
  const sectorShift = bytes.length >= 512 ? view.getUint16(30, true) : 0;
  if (sectorShift !== 9 && sectorShift !== 12) throw damaged("sector size");
  const sectorBytes = 1 << sectorShift;
  const placeOf = (sector: number): number => (sector + 1) * sectorBytes;
  const sectors = Math.ceil(bytes.length / sectorBytes);
  const words = sectorBytes / 4;

  const chain = (start: number, next: (sector: number) => number, limit: number, name: string): number[] => {
    const found: number[] = [];
    for (let sector = start; sector <= lastRegular; sector = next(sector)) {
      if (found.push(sector) > limit) throw damaged(`${name} leads in a circle`);
    }
    return found;
  };
  const fat: number[] = [];
  for (let index = 0; index < headerFatSectors; index++) fat.push(word(76 + index * 4));
  for (const sector of chain(word(68), (one) => word(placeOf(one) + sectorBytes - 4), sectors, "the list of tables"))
    for (let index = 0; index < words - 1; index++) fat.push(word(placeOf(sector) + index * 4));
  const inTable = (tables: readonly number[]) => (sector: number) => {
    const table = tables[Math.floor(sector / words)] ?? noEntry;
    return table > lastRegular ? noEntry : word(placeOf(table) + (sector % words) * 4);
  };
  const next = inTable(fat);
  const nextSmall = inTable(chain(word(60), next, sectors, "the small table"));
  const smallLimit = bytes.length / 64;
  const smallBelow = word(56);

  const directory = chain(word(48), next, sectors, "the directory").map(placeOf);
  const entryAt = (index: number): number | null => {
    const start = directory[Math.floor((index * entryBytes) / sectorBytes)];
    const at = start === undefined ? bytes.length : start + ((index * entryBytes) % sectorBytes);
    return at + entryBytes <= bytes.length ? at : null;
  };
  const seen = new Set<number>();
  const waiting = [0];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (index > lastRegular) continue;
    const at = entryAt(index);
    if (at === null || seen.has(index)) throw damaged("the tree of streams");
    seen.add(index);
    const [start, size] = [word(at + 116), word(at + 120)];
    if (size > bytes.length) throw damaged("a stream larger than the file");
    const isStream = bytes[at + 66] === 2;
    const isSmall = isStream && size < smallBelow;
    if (isSmall && size > 0) chain(start, nextSmall, smallLimit, "a small stream");
    else if (isStream ? size > 0 : index === 0) chain(start, next, sectors, "a stream");
    waiting.push(word(at + 68), word(at + 72), word(at + 76));
  }
}

const damaged = (detail: string): AppError =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail } });
