import { describe, expect, it } from "vitest";
import { readEventStream, type ServerEvent } from "./event-stream.ts";

const streamOf = (chunks: readonly Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
async function eventsOf(chunks: readonly Uint8Array[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readEventStream(streamOf(chunks))) events.push(event);
  return events;
}
const bytes = (text: string) => new TextEncoder().encode(text);

describe("readEventStream", () => {
  const text =
    ': hello\r\nevent: delta\r\nid: 7\r\ndata: {"text":"é😀"}\r\n\r\nretry: 5\nevent: done\ndata: a\ndata: b\n\nevent: empty\n\ndata: cut';
  const expected = [
    { event: "delta", id: "7", data: '{"text":"é😀"}' },
    { event: "done", id: "7", data: "a\nb" },
  ];

  it("gives the same events wherever the bytes are cut", async () => {
    const all = bytes(text);
    for (let cut = 1; cut < all.length; cut++)
      expect(await eventsOf([all.slice(0, cut), all.slice(cut)])).toEqual(expected);
    expect(await eventsOf([...all].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it("calls an event without a name a message and keeps text after the first colon", async () => {
    expect(await eventsOf([bytes("data: a: b\n\ndata:c\n\n")])).toEqual([
      { event: "message", id: null, data: "a: b" },
      { event: "message", id: null, data: "c" },
    ]);
  });
});
