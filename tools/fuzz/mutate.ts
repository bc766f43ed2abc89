import { zipSync } from "fflate";
import { openZip } from "../../packages/conversion/src/zip.ts";

/** Numbers from 0 to 1 that a seed fixes (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;
type Change = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const upTo = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, values: readonly T[]): T => values[upTo(random, values.length)] as T;
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const stretch = (bytes: Uint8Array, random: Random): [from: number, to: number] => {
  const from = upTo(random, bytes.length);
  return [from, Math.min(bytes.length, from + 1 + upTo(random, 4_096))];
};

const changes: readonly Change[] = [
  function flipBits(bytes, random) {
    const changed = bytes.slice();
    for (let count = 1 + upTo(random, 48); count > 0; count--) {
      const at = upTo(random, changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << upTo(random, 8));
    }
    return changed;
  },
  function cutOff(bytes, random) {
    return bytes.slice(0, upTo(random, bytes.length));
  },
  function removeStretch(bytes, random) {
    const [from, to] = stretch(bytes, random);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  function repeatStretch(bytes, random) {
    const [from, to] = stretch(bytes, random);
    const times = 1 + upTo(random, 40);
    const repeated = Array.from({ length: times }, () => bytes.subarray(from, to));
    return join(bytes.subarray(0, to), ...repeated, bytes.subarray(to));
  },
  function splice(bytes, random, other) {
    const [from, to] = stretch(other, random);
    const at = upTo(random, bytes.length);
    return join(bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(random() < 0.5 ? at : at + to - from));
  },
  function extremeNumbers(bytes, random) {
    const changed = bytes.slice();
    const view = new DataView(changed.buffer);
    for (let count = 1 + upTo(random, 6); count > 0 && changed.length > 4; count--)
      view.setUint32(
        upTo(random, changed.length - 4),
        pick(random, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff]),
      );
    return changed;
  },
  function extremeFigures(bytes, random) {
    // numbers written out: counts, sizes, spans, levels
    const text = Buffer.from(bytes).toString("latin1");
    const figures = [...text.matchAll(/\d+/g)];
    if (figures.length === 0) return bytes;
    const { index, 0: figure } = pick(random, figures);
    const value = pick(random, ["0", "-1", "4294967296", "99999999999", "1e309", "NaN", ""]);
    return Uint8Array.from(Buffer.from(text.slice(0, index) + value + text.slice(index + figure.length), "latin1"));
  },
  function nest(bytes, random) {
    const text = Buffer.from(bytes).toString("latin1");
    const tags = [...text.matchAll(/<([\w:]+)[^<>]*[^/<>]>/g)];
    if (tags.length === 0) return bytes;
    const { index, 0: tag } = pick(random, tags);
    return Uint8Array.from(
      Buffer.from(text.slice(0, index) + tag.repeat(1 + upTo(random, 3_000)) + text.slice(index), "latin1"),
    );
  },
];

/** One file made bad: as a whole, or, of a zip, inside its parts, which are packed again. */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip || random() < 0.25) return several(bytes, random, other);
  const zip = openZip(bytes);
  const names = zip.names.filter((name) => !name.endsWith("/"));
  const chosen = new Set(Array.from({ length: 1 + upTo(random, 3) }, () => pick(random, names)));
  const parts = names.map((name) => {
    const part = zip.read(name);
    return [name, chosen.has(name) && part.length > 0 ? several(part, random, other) : part] as const;
  });
  return zipSync(Object.fromEntries(parts), { level: 1 });
}

function several(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let changed = bytes;
  for (let count = 1 + upTo(random, 3); count > 0 && changed.length > 0; count--)
    changed = pick(random, changes)(changed, random, other);
  return changed;
}
