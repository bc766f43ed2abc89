import { describe, expect, it } from "vitest";
import { createSseSplitter } from "./sse.ts";

const stream = ': comment\n\nevent: x\ndata: {"é":1}\n\ndata:a\ndata: b\n\ndata: [DONE]\n\n';

describe("createSseSplitter", () => {
  it.each(["\n", "\r\n", "\r"])("finds the same events whatever ends the lines and however they are cut: %j", (end) => {
    const bytes = Buffer.from(`${stream.replaceAll("\n", end)}x`); // a CR alone is only known for a line end by what follows
    for (const size of [1, 2, 3, 7, 1_000]) {
      const splitter = createSseSplitter();
      const events = [];
      for (let at = 0; at < bytes.length; at += size) events.push(...splitter.push(bytes.subarray(at, at + size)));
      expect(events.map(({ data }) => data)).toEqual([null, '{"é":1}', "a\nb", "[DONE]"]);
      expect(Buffer.concat([...events.map(({ raw }) => raw), splitter.rest()])).toEqual(bytes);
    }
  });

  it("gives several events of one chunk one by one, and keeps an unfinished one", () => {
    const splitter = createSseSplitter();
    expect(splitter.push(Buffer.from("data: 1\n\ndata: 2\n\ndata: 3")).map(({ data }) => data)).toEqual(["1", "2"]);
    expect(splitter.rest().toString()).toBe("data: 3");
  });

  it("holds no event and no stream beyond its limits", () => {
    const failed = expect.objectContaining({ code: "upstream_failed" });
    const endless = createSseSplitter();
    const push = () => endless.push(Buffer.alloc(1024, "a"));
    for (let count = 0; count < 1024; count++) push();
    expect(push).toThrow(failed);
    expect(() => createSseSplitter().push(Buffer.from(`data: ${"a".repeat(1024 * 1024)}\n\n`))).toThrow(failed);

    const long = createSseSplitter();
    const event = Buffer.from(`data: ${"a".repeat(512 * 1024)}\n\n`);
    let events = 0;
    expect(() => {
      for (;;) events += long.push(event).length;
    }).toThrow(failed);
    expect(events).toBe(63);
  });

  it("takes an event byte by byte in linear time", () => {
    const splitter = createSseSplitter();
    const startedAt = performance.now();
    for (const byte of Buffer.alloc(1_000_000, "a")) splitter.push(Buffer.from([byte]));
    expect(splitter.push(Buffer.from("\n\n"))).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(4_000); // copying all of it each time moves 500 GB
  });
});
