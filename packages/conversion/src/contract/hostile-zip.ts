import { crc32, deflateRawSync } from "node:zlib";

export interface ZipPart {
  readonly name: string | Uint8Array;
  readonly data: Uint8Array | string;
  /** Unix type and permissions: `0o120777` is a symbolic link. */
  readonly mode?: number;
  /** Says that it needs a password; the data are what they are. */
  readonly isEncrypted?: boolean;
  /** Unpacked size that the directory claims. */
  readonly claimedBytes?: number;
  readonly isStored?: boolean;
}

/** A zip as no honest program writes it: links, absolute names, claims that do not hold. */
export function zipOf(parts: readonly ZipPart[]): Uint8Array {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const part of parts) {
    const name = typeof part.name === "string" ? Buffer.from(part.name) : Buffer.from(part.name);
    const data = typeof part.data === "string" ? Buffer.from(part.data) : part.data;
    const packed = part.isStored ? data : deflateRawSync(data, { level: 9 });
    const fields = Buffer.alloc(26); // what local header and directory share (APPNOTE.TXT 4.3.7)
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800 | (part.isEncrypted ? 1 : 0), 2);
    fields.writeUInt16LE(part.isStored ? 0 : 8, 4);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(part.claimedBytes ?? data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const central = Buffer.alloc(46);
    central.write("PK\x01\x02", "latin1");
    central.writeUInt16LE((3 << 8) | 20, 4); // made on Unix
    fields.copy(central, 6);
    central.writeUInt32LE(((part.mode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    directory.push(central, name);
    locals.push(Buffer.from("PK\x03\x04", "latin1"), fields, name, packed);
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, piece) => sum + piece.length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
