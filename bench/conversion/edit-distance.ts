/**
 * Levenshtein distance in UTF-16 units, 32 rows of the table at a time as bits of a word (Myers 1999, in Hyyrö's form):
 * ⌈|a| / 32⌉ · |b| steps.
 */
export function editDistance(a: string, b: string): number {
  if (a.length === 0) return b.length;
  const words = Math.ceil(a.length / 32);
  const places = placesOf(a, words);
  const none = new Int32Array(words);
  const plus = new Int32Array(words).fill(-1);
  const minus = new Int32Array(words);
  const lastBit = 1 << ((a.length - 1) & 31);
  let distance = a.length;
  for (let column = 0; column < b.length; column++) {
    const equal = places.get(b.charCodeAt(column)) ?? none;
    let [plusIn, minusIn] = [1, 0]; // what the word above hands down: the first row grows by one a column
    for (let word = 0; word < words; word++) {
      const [vp, vn] = [plus[word] ?? 0, minus[word] ?? 0];
      const eq = (equal[word] ?? 0) | minusIn;
      const vertical = (equal[word] ?? 0) | vn;
      const diagonal = (((eq & vp) + vp) ^ vp) | eq;
      let hp = vn | ~(diagonal | vp);
      let hn = vp & diagonal;
      if (word === words - 1) {
        if (hp & lastBit) distance++;
        if (hn & lastBit) distance--;
      }
      const [plusOut, minusOut] = [hp >>> 31, hn >>> 31];
      hp = (hp << 1) | plusIn;
      hn = (hn << 1) | minusIn;
      plus[word] = hn | ~(vertical | hp);
      minus[word] = hp & vertical;
      [plusIn, minusIn] = [plusOut, minusOut];
    }
  }
  return distance;
}

/** For each character of `text` the rows it stands in, as bits. */
function placesOf(text: string, words: number): Map<number, Int32Array> {
  const places = new Map<number, Int32Array>();
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const bits = places.get(code) ?? new Int32Array(words);
    bits[at >> 5] = (bits[at >> 5] ?? 0) | (1 << (at & 31));
    places.set(code, bits);
  }
  return places;
}
