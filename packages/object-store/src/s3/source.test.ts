import type { Readable } from "node:stream";
import { AppError } from "@aurora/kernel";
import { expect, it } from "vitest";
import type { ObjectSource } from "../port.ts";
import { sendSource } from "./source.ts";

function sourceOf(text: string): ObjectSource & { opened: number } {
  const source = {
    sizeBytes: text.length,
    sha256: "",
    opened: 0,
    async *open() {
      source.opened += 1;
      for (const sign of text) yield Buffer.from(sign);
    },
  };
  return source;
}
const textOf = async (body: Readable): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
};

it("sends from the start again while the store is away, three times at most", async () => {
  const source = sourceOf("whole");
  const away = new AppError("unavailable", "away");
  let sent = 0;
  const failing = (times: number) => async (body: Readable) => {
    const text = await textOf(body);
    sent += 1;
    if (sent <= times) throw away;
    return text;
  };
  expect(await sendSource(source, failing(2))).toBe("whole");
  expect(source.opened).toBe(3);
  sent = 0;
  await expect(sendSource(source, failing(3))).rejects.toBe(away);
  expect(sent).toBe(3);
});

it("tries nothing again that the store refused", async () => {
  const source = sourceOf("whole");
  const refused = new AppError("store_full", "full");
  await expect(sendSource(source, async () => Promise.reject(refused))).rejects.toBe(refused);
  expect(source.opened).toBeLessThanOrEqual(1);
});
