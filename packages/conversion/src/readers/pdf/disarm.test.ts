import { deflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { assemble, textPdf } from "../../contract/pdf-samples.ts";
import { disarmPdf } from "./disarm.ts";

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const stream = (content: string, entries: string): string =>
  `<< /Length ${content.length} ${entries} >>\nstream\n${content}\nendstream`;
const form = (content: string, other: string): string =>
  stream(content, `/Type /XObject /Subtype /Form /Resources << /Font << /F 9 0 R >> ${other} >>`);

it("leaves a sound file as it is, bytes and all", () => {
  const file = textPdf(["One page", "and another"]);
  expect(disarmPdf(file)).toEqual({ bytes: file, emptied: [] });
  expect(disarmPdf(file).bytes).toBe(file);
});

it("keeps forms that draw each other as drawing programs write them", () => {
  const symbols = assemble([
    form("/A Do /B Do ".repeat(1_000), "/XObject << /A 2 0 R /B 3 0 R >>"),
    form("/B Do /B Do", "/XObject << /B 3 0 R >>"),
    form("0 0 1 1 re f", ""),
  ]);
  expect(disarmPdf(symbols).emptied).toEqual([]);
});

it("finds a form that draws itself through resources that stand elsewhere", () => {
  const file = assemble([stream("/A Do", "/Subtype /Form /Resources 2 0 R"), "<< /XObject 3 0 R >>", "<< /A 1 0 R >>"]);
  expect(disarmPdf(file).emptied).toEqual(["obj 1"]);
});

it("empties nothing but what does harm, and moves no byte", () => {
  const bomb = latin1(deflateSync(Buffer.alloc(100 * 1_048_576)));
  const file = assemble([stream("sound words", ""), stream(bomb, "/Filter /FlateDecode"), stream("after it", "")]);
  const { bytes, emptied } = disarmPdf(file);
  expect(emptied).toEqual(["obj 2"]);
  expect(bytes.length).toBe(file.length);
  const [before, after] = [latin1(file), latin1(bytes)];
  expect(after).toBe(before.replace(`${bomb}\n`, "\0".repeat(bomb.length + 1)));
});

it("lets a large picture pass that a plotter's scan has, and hides one that no scan has", () => {
  const picture = (side: number, colours: string): Uint8Array =>
    assemble([
      stream("x", `/Subtype /Image /Width ${side} /Height ${side} /BitsPerComponent 8 /ColorSpace /${colours}`),
    ]);
  expect(disarmPdf(picture(12_000, "DeviceRGB")).emptied).toEqual([]);
  expect(disarmPdf(picture(20_000, "DeviceGray")).emptied).toEqual([]);
  expect(disarmPdf(picture(30_000, "DeviceGray")).emptied).toEqual(["30000 × 30000 px"]);
  expect(latin1(disarmPdf(picture(30_000, "DeviceGray")).bytes)).toContain("/Subtype /Xmage");
});

it.each([
  ["streams that never end", "1 0 obj << >> stream\n"],
  ["keywords without an object", "stream endobj "],
  ["forms that are closed", "1 0 obj << /Subtype /Form >> stream\n/A Do\nendstream endobj "],
])("takes time in line with the size of a file of %s", (_, part) => {
  const time = (times: number): number => {
    const file = Buffer.from(`%PDF-1.4\n${part.repeat(times)}`, "latin1");
    const runs = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage(); // a busy machine must not look like a slow scan
      disarmPdf(file);
      return process.cpuUsage(before).user / 1_000;
    });
    return Math.min(...runs);
  };
  time(1_000);
  expect(time(40_000)).toBeLessThan(3 * time(20_000) + 150);
});
