import { expect, it } from "vitest";
import { randomFrom } from "../contract/random.ts";
import { createChunkedBody } from "./chunked-body.ts";
import { S3Error } from "./s3-error.ts";
import { createChunkSigner, sha256Hex, signingKey } from "./signature.ts";

const timestamp = "20130524T000000Z";
const scope = { date: "20130524", region: "us-east-1", service: "s3" };
const key = signingKey("secret", scope);
const newSigner = () => createChunkSigner(key, timestamp, scope, "0".repeat(64));

function encode(chunks: readonly Buffer[], form: { isSigned: boolean; trailer: string | null }): Buffer {
  const signer = newSigner();
  const parts: Buffer[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    const signature = form.isSigned ? `;chunk-signature=${signer.chunk(sha256Hex(chunk))}` : "";
    parts.push(Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`), chunk);
    if (chunk.length > 0) parts.push(Buffer.from("\r\n"));
  }
  if (form.trailer !== null) {
    parts.push(Buffer.from(`${form.trailer}\r\n`));
    if (form.isSigned)
      parts.push(Buffer.from(`x-amz-trailer-signature:${signer.trailer(sha256Hex(`${form.trailer}\n`))}\r\n`));
  }
  parts.push(Buffer.from("\r\n"));
  return Buffer.concat(parts);
}

function decode(
  wire: Buffer,
  decodedLength: number,
  form: { isSigned: boolean; trailer: string | null },
  cuts: (left: number) => number,
) {
  const body = createChunkedBody({
    decodedLength,
    signer: form.isSigned ? newSigner() : null,
    hasTrailer: form.trailer !== null,
  });
  const out: Buffer[] = [];
  for (let at = 0; at < wire.length; ) {
    const size = cuts(wire.length - at);
    out.push(...body.push(wire.subarray(at, at + size)));
    at += size;
  }
  const trailers = body.finish();
  return { data: Buffer.concat(out), trailers };
}

const forms = [
  { isSigned: true, trailer: null },
  { isSigned: true, trailer: "x-amz-checksum-crc32:AAAAAA==" },
  { isSigned: false, trailer: "x-amz-checksum-crc32:AAAAAA==" },
];

it.each(forms)("gives the same bytes back wherever the network cuts them ($isSigned, $trailer)", (form) => {
  const random = randomFrom(7);
  for (let round = 0; round < 200; round++) {
    const chunks = Array.from({ length: random(5) }, () =>
      Buffer.from(Array.from({ length: 1 + random(300) }, () => random(256))),
    );
    const data = Buffer.concat(chunks);
    const decoded = decode(encode(chunks, form), data.length, form, (left) => 1 + random(Math.min(left, 90)));
    expect(decoded.data.equals(data)).toBe(true);
    expect([...decoded.trailers]).toEqual(form.trailer === null ? [] : [form.trailer.split(":")]);
  }
});

it("never accepts a signed body of which one byte was changed, dropped or added", () => {
  const random = randomFrom(11);
  const form = { isSigned: true, trailer: "x-amz-checksum-crc32:AAAAAA==" };
  for (let round = 0; round < 1_500; round++) {
    const data = Buffer.from(Array.from({ length: 40 }, () => random(256)));
    const wire = encode([data.subarray(0, 25), data.subarray(25)], form);
    const at = random(wire.length);
    const kind = random(3);
    const changed = Buffer.concat([
      wire.subarray(0, at),
      kind === 1 ? Buffer.alloc(0) : Buffer.from([((wire[at] ?? 0) + 1 + random(255)) % 256]),
      wire.subarray(kind === 2 ? at : at + 1),
    ]);
    let outcome: unknown;
    try {
      outcome = decode(changed, data.length, form, (left) => left);
    } catch (error) {
      expect(error).toBeInstanceOf(S3Error); // a refusal, never a crash
      continue;
    }
    expect(outcome).toMatchObject({ data }); // respelt framing (hex case, a leading zero) carries no meaning
  }
});

it.each(forms)("never takes damaged framing for more than it is ($isSigned, $trailer)", (form) => {
  const random = randomFrom(23);
  let accepted = 0;
  for (let round = 0; round < 2_000; round++) {
    const data = Buffer.from(Array.from({ length: 60 }, () => random(256)));
    let wire = encode([data.subarray(0, 20), data.subarray(20, 21), data.subarray(21)], form);
    for (let damage = random(4); damage >= 0; damage--) {
      const [from, to] = [random(wire.length), random(wire.length)].sort((a, b) => a - b) as [number, number];
      const [before, piece, after] = [wire.subarray(0, from), wire.subarray(from, to), wire.subarray(to)];
      const junk = Buffer.from(["\r\n", "0\r\n\r\n", "ffffffff\r\n", ";", "\n", "\0"][random(6)] ?? "");
      const kinds = [
        [before, after],
        [before, piece, piece, after],
        [before, junk, piece, after],
        [after, piece, before],
      ];
      wire = Buffer.concat(kinds[random(kinds.length)] ?? []);
    }
    try {
      const decoded = decode(wire, data.length, form, (left) => 1 + random(Math.min(left, 40)));
      accepted += 1;
      expect(decoded.data).toHaveLength(data.length);
      if (form.isSigned) expect(decoded.data.equals(data)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(S3Error);
    }
  }
  expect(accepted).toBeLessThan(200); // most damage is seen; what is not left the meaning, or has a checksum to pass
});

it.each([
  [
    "random bytes",
    (random: (below: number) => number) => Buffer.from(Array.from({ length: 1 + random(400) }, () => random(256))),
  ],
  ["a plausible size and nothing else", () => Buffer.from("ffffffff\r\n")],
  ["an endless size line", () => Buffer.alloc(100_000, 0x30)],
  ["a negative size", () => Buffer.from("-1\r\nx\r\n")],
  ["a bare line feed", () => Buffer.from("0\n\n")],
  ["data after the end", () => Buffer.from("0\r\n\r\nmore")],
  ["a trailer nobody announced", () => Buffer.from("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n")],
  ["an early end", () => Buffer.from("5\r\nab")],
])("refuses %s with an S3 error", (_name, make) => {
  const random = randomFrom(3);
  for (let round = 0; round < 50; round++) {
    const body = createChunkedBody({ decodedLength: 5, signer: null, hasTrailer: false });
    expect(() => {
      body.push(make(random));
      body.finish();
    }).toThrow(S3Error);
  }
});
