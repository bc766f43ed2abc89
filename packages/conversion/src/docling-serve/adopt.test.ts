import { AppError } from "@aurora/kernel";
import { expect, it } from "vitest";
import { convertFile } from "../convert.ts";

/** Mulberry32: the same numbers in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const markdown =
  "# Title\n\nSome **bold** words.\n\n- one\n  - two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n";
const file = { filename: "note.md", bytes: new TextEncoder().encode(markdown) };
const options = { maxPages: 10, pageImageDpi: 0, ocr: "off" } as const;
const adopt = (reply: string) =>
  convertFile(file, { ...options, serviceReply: new TextEncoder().encode(reply) }, async () => {});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
const strange: readonly Json[] = [
  null,
  true,
  -1,
  1e308,
  0.5,
  "",
  "#/texts/0",
  "#/body",
  "\u0000\ud800",
  [],
  {},
  [[[]]],
  { $ref: "#/texts/99" },
  { $ref: "#/groups/0" },
  { __proto__: null, length: 1e9 },
];

/** One to three places of the value, at random: another value, none, twice, or that of another place. */
function damage(value: Json, random: (below: number) => number): Json {
  const places: { holder: Json[] | { [name: string]: Json }; key: string }[] = [];
  const walk = (node: Json): void => {
    if (node === null || typeof node !== "object") return;
    const holder = node;
    for (const [key, inner] of Object.entries(holder)) {
      places.push({ holder, key });
      walk(inner);
    }
  };
  walk(value);
  const get = ({ holder, key }: (typeof places)[number]): Json => (holder as { [name: string]: Json })[key] ?? null;
  for (let count = 1 + random(3); count > 0; count--) {
    const place = places[random(places.length)];
    const other = places[random(places.length)];
    if (!place || !other) continue;
    const holder = place.holder as { [name: string]: Json };
    const kind = random(4);
    if (kind === 0) delete holder[place.key];
    else if (kind === 1) holder[place.key] = structuredClone(strange[random(strange.length)] ?? null);
    else if (kind === 2) holder[place.key] = structuredClone(get(other));
    else if (Array.isArray(place.holder)) place.holder.push(structuredClone(get(place)));
    else holder[`x-${place.key}`] = structuredClone(get(other));
  }
  return value;
}

it("takes any answer for a document or refuses it, and never falls over", async () => {
  const { document } = await convertFile(file, options, async () => {});
  const answer = { status: "success", errors: [], document: { filename: "note.md", json_content: document } };
  const random = randomFrom(41);
  const outcomes = { taken: 0, refused: 0 };
  for (let round = 0; round < 1_500; round++) {
    const reply = JSON.stringify(damage(JSON.parse(JSON.stringify(answer)), random));
    try {
      const made = await adopt(reply);
      expect(typeof made.markdown).toBe("string");
      expect(made.conservation.coverage).toBeGreaterThanOrEqual(0);
      outcomes.taken += 1;
    } catch (error) {
      if (!AppError.is(error)) throw new Error(`round ${round}: ${reply}`, { cause: error });
      outcomes.refused += 1;
    }
  }
  expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(100);
}, 60_000);

it("takes no answer that was cut or has other bytes in it", async () => {
  const { document } = await convertFile(file, options, async () => {});
  const whole = JSON.stringify({ status: "success", document: { json_content: document } });
  const random = randomFrom(43);
  for (let round = 0; round < 300; round++) {
    const failure = await adopt(whole.slice(0, random(whole.length))).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "converter_unavailable", params: { reason: "malformed" } });
  }
  const reply = Buffer.from(whole);
  reply[20] = 0xff;
  const failure = await convertFile(file, { ...options, serviceReply: reply }, async () => {}).catch((error) => error);
  expect(failure).toMatchObject({ code: "converter_unavailable", params: { reason: "malformed" } });
});
