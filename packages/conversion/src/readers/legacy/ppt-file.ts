import { AppError } from "@aurora/kernel";
import { type ByteView, createByteView, openCompound } from "./compound.ts";

/** One record of a PowerPoint stream (MS-PPT 2.3.1): a container of others, or an atom. */
export interface PptRecord {
  readonly type: number;
  readonly instance: number;
  readonly isContainer: boolean;
  /** Of its content. */
  readonly start: number;
  readonly end: number;
}

export interface PptFile {
  readonly view: ByteView;
  /** The newest object by its number; null for one that is not there. */
  object(id: number): PptRecord | null;
  readonly document: PptRecord;
  readonly title: string | null;
}

const headerBytes = 8;
const encryptedToken = 0xf3d1c4df;
/** Edits of one file, one saved after the other: a chain that turns back on itself ends too. */
const maxEdits = 1_000;

/** @throws AppError `document_corrupt`, `document_encrypted`. */
export function openPpt(bytes: Uint8Array): PptFile {
  const file = openCompound(bytes);
  const stream = file.stream("PowerPoint Document");
  const user = file.stream("Current User");
  if (!stream || !user) throw corrupt("no document stream");
  const view = createByteView(stream);
  const current = createByteView(user);
  if (current.u32(12) === encryptedToken)
    throw new AppError("document_encrypted", "The file is protected by a password.");
  const offsets = new Map<number, number>();
  let documentId = 0;
  let edit = current.u32(16);
  for (let step = 0; step < maxEdits; step++) {
    const record = readRecord(view, edit);
    if (record?.type !== 4085) break;
    if (step === 0) documentId = view.u32(record.start + 16);
    addOffsets(view, view.u32(record.start + 12), offsets);
    const last = view.u32(record.start + 8);
    if (last === 0 || last >= edit) break;
    edit = last;
  }
  const object = (id: number) => {
    const offset = offsets.get(id);
    return offset === undefined ? null : readRecord(view, offset);
  };
  const document = object(documentId);
  if (document?.type !== 1000) throw corrupt("no document");
  return { view, object, document, title: file.title };
}

const corrupt = (detail: string) =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail } });

/** Where objects stand (MS-PPT 2.3.5); what a newer edit said holds. */
function addOffsets(view: ByteView, at: number, offsets: Map<number, number>): void {
  const directory = readRecord(view, at);
  if (directory?.type !== 6002) return;
  for (let place = directory.start; place + 4 <= directory.end; ) {
    const head = view.u32(place);
    const [first, count] = [head & 0xfffff, head >>> 20];
    place += 4;
    for (let index = 0; index < count && place + 4 <= directory.end; index++, place += 4)
      if (!offsets.has(first + index)) offsets.set(first + index, view.u32(place));
  }
}

export function readRecord(view: ByteView, at: number): PptRecord | null {
  if (at + headerBytes > view.length) return null;
  const head = view.u16(at);
  const end = at + headerBytes + view.u32(at + 4);
  if (end > view.length) return null;
  return {
    type: view.u16(at + 2),
    instance: head >> 4,
    isContainer: (head & 15) === 15,
    start: at + headerBytes,
    end,
  };
}

/** Records inside a container, in order. */
export function recordsIn(view: ByteView, parent: PptRecord): PptRecord[] {
  const records: PptRecord[] = [];
  for (let at = parent.start; at < parent.end; ) {
    const record = readRecord(view, at);
    if (!record || record.end > parent.end) break;
    records.push(record);
    at = record.end;
  }
  return records;
}

export const recordOf = (view: ByteView, parent: PptRecord, type: number): PptRecord | undefined =>
  recordsIn(view, parent).find((record) => record.type === type);
